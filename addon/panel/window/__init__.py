"""The prompt panel's window; :mod:`addon.panel.window.app` runs it."""
