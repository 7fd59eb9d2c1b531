"""Makes the toys known to every Python that starts with this folder on its path."""

from toy import registration

registration.register()
