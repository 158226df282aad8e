"""Lumiphone as a Blender extension: hands over to :mod:`addon.blender`."""

from .addon.blender import register, unregister

__all__ = ["register", "unregister"]
