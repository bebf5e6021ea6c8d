"""Treatment protocols, looked at and edited by a lead nurse."""
