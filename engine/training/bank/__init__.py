"""The audio bank: freely licensed recordings from Debian packages, captioned and measured."""
