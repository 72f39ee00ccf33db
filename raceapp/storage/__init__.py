"""How rows are kept: columns, engines, the session, prepared statements, deadlines."""
