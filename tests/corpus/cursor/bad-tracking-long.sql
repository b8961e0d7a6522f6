CREATE TABLE ai_code_hashes (hash TEXT PRIMARY KEY, source TEXT, requestId TEXT, conversationId TEXT, timestamp INTEGER, createdAt INTEGER, model TEXT);
INSERT INTO ai_code_hashes VALUES
  ('1', 'composer', hex(zeroblob(65)), 'c', 1772442001000, 0, 'm'),
  ('2', 'composer', hex(zeroblob(64)), 'c', 1772442002000, 0, hex(zeroblob(513)));
