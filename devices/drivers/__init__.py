"""One file a protocol family; found by scanning this folder, so adding a driver changes nothing else."""
