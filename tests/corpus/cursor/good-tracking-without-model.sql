CREATE TABLE ai_code_hashes (hash TEXT PRIMARY KEY, source TEXT NOT NULL, fileExtension TEXT, fileName TEXT, requestId TEXT,
  conversationId TEXT, timestamp INTEGER, createdAt INTEGER NOT NULL);
CREATE TABLE scored_commits (commitHash TEXT NOT NULL, branchName TEXT NOT NULL, scoredAt INTEGER NOT NULL, linesAdded INTEGER,
  linesDeleted INTEGER, tabLinesAdded INTEGER, tabLinesDeleted INTEGER, composerLinesAdded INTEGER, composerLinesDeleted INTEGER,
  humanLinesAdded INTEGER, humanLinesDeleted INTEGER, commitMessage TEXT, commitDate TEXT, v1AiPercentage TEXT, v2AiPercentage TEXT,
  PRIMARY KEY (commitHash, branchName));
INSERT INTO ai_code_hashes VALUES
  ('h1', 'composer', '.rs', 'CANARY.rs', 'req-1', 'comp-a', 1772442020000, 1772442021000),
  ('h2', 'composer', '.rs', 'CANARY.rs', 'req-1', 'comp-a', 1772442019000, 1772442021000),
  ('h3', 'human', '.rs', 'CANARY.rs', NULL, NULL, NULL, 1772442021000),
  ('h4', 'tab', '.rs', 'CANARY.rs', NULL, NULL, NULL, 1772442021000);
