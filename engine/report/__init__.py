"""The delivery report: one page that says what was made, how loud it is, and from what."""
