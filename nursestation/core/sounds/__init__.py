"""What the alarm sounds are and when they are made; nothing here knows of a loudspeaker."""
