"""What people and CI read. Each report is a function of a finding, a history or a summary."""
