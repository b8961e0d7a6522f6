/* 04_arrow.c: exports a result as an Arrow C stream, without copying it and without any Arrow
 * library. A data frame library would read the stream in the same way as this program. */
#include <stdio.h>
#include <string.h>

#include <blueplane/arrow.h>
#include <blueplane/blueplane.h>

static int failed(const char *what, bp_error *error) {
  fprintf(stderr, "%s: %s\n", what, bp_error_message(error));
  bp_error_free(error);
  return 1;
}

/* One bit for each row; no bitmap means that every row has a value. */
static int is_valid(const struct ArrowArray *column, int64_t row) {
  const unsigned char *bits = column->buffers[0];
  return bits == NULL || (bits[row / 8] >> (row % 8) & 1) != 0;
}

static void print_cell(const struct ArrowSchema *type, const struct ArrowArray *column,
                       int64_t row) {
  row += column->offset;
  if (!is_valid(column, row)) {
    printf("null");
  } else if (strcmp(type->format, "u") == 0) { /* text: offsets into one block of bytes */
    const int32_t *offsets = column->buffers[1];
    const char *bytes = column->buffers[2];
    printf("%.*s", (int)(offsets[row + 1] - offsets[row]), bytes + offsets[row]);
  } else if (strcmp(type->format, "l") == 0) { /* 64-bit integers */
    const int64_t *values = column->buffers[1];
    printf("%lld", (long long)values[row]);
  } else {
    printf("(%s)", type->format);
  }
}

static int print_stream(struct ArrowArrayStream *stream) {
  struct ArrowSchema schema;
  struct ArrowArray batch;
  int problem = stream->get_schema(stream, &schema);
  if (problem != 0) return 1;
  while ((problem = stream->get_next(stream, &batch)) == 0 && batch.release != NULL) {
    for (int64_t row = 0; row < batch.length; row++)
      for (int64_t i = 0; i < batch.n_children; i++) {
        printf("%s=", schema.children[i]->name);
        print_cell(schema.children[i], batch.children[i], row);
        printf(i + 1 < batch.n_children ? "  " : "\n");
      }
    batch.release(&batch);
  }
  schema.release(&schema);
  return problem != 0;
}

static const char line[] =
    "{\"type\":\"assistant\",\"uuid\":\"u1\",\"sessionId\":\"s1\",\"cwd\":\"/home/ada/engine\","
    "\"timestamp\":\"2026-03-02T09:00:00Z\",\"message\":{\"id\":\"m1\","
    "\"model\":\"claude-sonnet-4-5-20250929\",\"stop_reason\":\"end_turn\",\"content\":[],"
    "\"usage\":{\"input_tokens\":1200,\"output_tokens\":340}}}\n";

int main(void) {
  bp_open_options options = BP_OPEN_OPTIONS_INIT;
  struct ArrowArrayStream stream = {0};
  bp_store *store = NULL;
  bp_query *query = NULL;
  bp_result *result = NULL;
  bp_error *error = NULL;
  int status = 1;

  options.flags = BP_OPEN_MEMORY;
  options.access = BP_ACCESS_OWNER;
  if (bp_open(&store, NULL, &options, &error) != BP_OK ||
      bp_ingest_bytes(store, "claude_code", "", line, strlen(line), NULL, NULL, &error) != BP_OK ||
      bp_query_new(&query, &error) != BP_OK)
    goto out;
  bp_query_metric(query, "output_tokens");
  bp_query_by(query, "time.day");
  bp_query_by(query, "workspace");
  if (bp_query_run(&result, store, query, &error) != BP_OK ||
      bp_result_arrow(&stream, result, &error) != BP_OK)
    goto out;
  bp_result_free(result); /* the stream holds its own reference */
  result = NULL;
  status = print_stream(&stream);
out:
  if (error != NULL) status = failed("arrow", error);
  if (stream.release != NULL) stream.release(&stream);
  bp_result_free(result);
  bp_query_free(query);
  bp_close(store);
  return status;
}
