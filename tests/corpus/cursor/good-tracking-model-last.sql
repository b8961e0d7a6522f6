CREATE TABLE ai_code_hashes (hash TEXT PRIMARY KEY, source TEXT NOT NULL, fileExtension TEXT, fileName TEXT, requestId TEXT,
  conversationId TEXT, timestamp INTEGER, createdAt INTEGER NOT NULL, model TEXT);
CREATE TABLE scored_commits (commitHash TEXT NOT NULL, branchName TEXT NOT NULL, scoredAt INTEGER NOT NULL, linesAdded INTEGER,
  linesDeleted INTEGER, tabLinesAdded INTEGER, tabLinesDeleted INTEGER, composerLinesAdded INTEGER, composerLinesDeleted INTEGER,
  humanLinesAdded INTEGER, humanLinesDeleted INTEGER, commitMessage TEXT, commitDate TEXT, v1AiPercentage TEXT, v2AiPercentage TEXT,
  PRIMARY KEY (commitHash, branchName));
INSERT INTO ai_code_hashes VALUES
  ('h1', 'composer', '.rs', 'CANARY.rs', 'req-9', 'comp-z', NULL, 1772442021000, 'composer-1'),
  ('h2', 'cli', '.py', 'CANARY.py', 'req-10', 'comp-z', 1772442050000, 1772442051000, 'default');
INSERT INTO scored_commits VALUES
  -- Once on each branch: the first does not count the lines yet.
  ('aaaaaaa1111111111111111111111111111111111', 'feature', 1772500000000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   'CANARY', 'Mon Mar 2 15:54:33 2026 +0530', '0.00', NULL),
  ('aaaaaaa1111111111111111111111111111111111', 'main', 1772500001000, 120, 30, 0, 0, 80, 5, 40, 25,
   'CANARY', 'Mon Mar 2 15:54:33 2026 +0530', '66.67', '66.67'),
  ('bbbbbbb2222222222222222222222222222222222', 'main', 1772500002000, 3, 1, 0, 0, 0, 0, 3, 1, 'CANARY', 'no date', '0.00', '0.00'),
  ('ccccccc3333333333333333333333333333333333', 'main', 1772500003000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'CANARY', NULL, NULL, NULL);
