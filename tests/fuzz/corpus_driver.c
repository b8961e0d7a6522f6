/* Runs a fuzz target over files (each line of a .jsonl file, and the whole), cut at every 7th byte
 * too, so that a corpus is an ordinary test under any compiler. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

static unsigned long runs;

static void run(const uint8_t *data, size_t size) {
  LLVMFuzzerTestOneInput(data, size);
  runs++;
}

static int run_file(const char *path) {
  FILE *f = fopen(path, "rb");
  if (f == NULL) {
    perror(path);
    return 1;
  }
  static uint8_t data[1 << 20];
  size_t size = fread(data, 1, sizeof data, f), from = 0;
  fclose(f);
  run(data, size);
  for (size_t i = 0; i < size; i++)
    if (data[i] == '\n') {
      run(data + from, i + 1 - from);
      from = i + 1;
    }
  size_t step = size / 200 + 7;
  for (size_t cut = 0; cut < size; cut += step) run(data, cut);
  return 0;
}

int main(int count, char **arguments) {
  int failed = count < 2;
  for (int i = 1; i < count; i++) failed |= run_file(arguments[i]);
  printf("%lu inputs\n", runs);
  return failed;
}
