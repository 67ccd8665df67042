"""The small corpora of the tests of `roles`."""

from tests.roles.conftest import make_song, solos, songs

__all__ = ["make_song", "solos", "songs"]
