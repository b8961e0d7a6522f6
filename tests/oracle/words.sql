-- The words of facts that share a column of their row, unpacked in SQL, independently of libblueplane/store/form.c: for each
-- table of facts a view TABLE_words, which tests create in a store that they examine.

CREATE TEMP VIEW IF NOT EXISTS prompt_words AS SELECT *,
  iif(time & 1, time >> 1, (time >> 1) * 1000) AS time_us,
  bits >> 8 AS flags,
  bits & 31 AS features,
  bits >> 5 & 7 AS mode
  FROM prompt;

CREATE TEMP VIEW IF NOT EXISTS response_words AS SELECT *,
  iif(time & 1, time >> 1, (time >> 1) * 1000) AS time_us,
  (bits >> 5 & 1) | (bits >> 13 << 1) AS flags,
  (bits & 7) | ((bits >> 6 & 31) << 3) | ((bits >> 4 & 1) << 8) | ((bits >> 3 & 1) << 9) |
    ((bits >> 11 & 3) << 10) AS traits
  FROM response;

CREATE TEMP VIEW IF NOT EXISTS tool_call_words AS SELECT *,
  iif(time & 1, time >> 1, (time >> 1) * 1000) AS time_us,
  ifnull(iif(time & 1, time >> 1, (time >> 1) * 1000), 0) + iif(result & 1, result >> 1, (result >> 1) * 1000) AS result_us,
  (bits >> 8 & 63) | ((bits >> 30 & 31) << 6) AS flags,
  bits & 15 AS category,
  bits >> 4 & 15 AS outcome,
  bits >> 14 & 15 AS program,
  bits >> 18 & 255 AS language,
  bits >> 26 & 15 AS failure,
  bits >> 35 AS result_language
  FROM tool_call;

CREATE TEMP VIEW IF NOT EXISTS decision_words AS SELECT *,
  iif(time & 1, time >> 1, (time >> 1) * 1000) AS time_us,
  bits >> 15 AS flags,
  bits & 7 AS decision,
  bits >> 3 & 15 AS outcome,
  bits >> 7 & 255 AS language
  FROM decision;

CREATE TEMP VIEW IF NOT EXISTS span_words AS SELECT *,
  iif(time & 1, time >> 1, (time >> 1) * 1000) AS time_us
  FROM span;

CREATE TEMP VIEW IF NOT EXISTS event_words AS SELECT *,
  iif(time & 1, time >> 1, (time >> 1) * 1000) AS time_us,
  bits >> 10 AS flags,
  bits & 31 AS event,
  bits >> 5 & 31 AS detail
  FROM event;

CREATE TEMP VIEW IF NOT EXISTS change_words AS SELECT *,
  iif(time & 1, time >> 1, (time >> 1) * 1000) AS time_us,
  bits >> 5 AS flags,
  bits & 3 AS change,
  bits >> 2 & 7 AS type
  FROM change;
