"""A race weekend planned in one sitting."""
