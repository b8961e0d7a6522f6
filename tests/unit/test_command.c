/* What command lines are run for, decided by programs, by the words after their names, and by whole
 * lines. Expected categories are written by hand. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/command.h"
#include "base/vocabulary.h"
#include "groups.h"
#include "run_suite.h"

static const group programs[] = {
    {PROGRAM_TEST,
     "pytest py.test unittest nosetests nose2 doctest jest vitest mocha ava tap tape uvu "
     "jasmine karma cypress testcafe wdio detox rspec minitest cucumber behave phpunit "
     "pest codecept ctest tox nox trial stestr coverage prove bats busted gotestsum "
     "ginkgo cargo-nextest cargo-tarpaulin robot newman k6 locust nyc c8 stryker mutmut"},
    {PROGRAM_BUILD,
     "cmake cc c++ gcc g++ clang clang++ clang-cl cl tcc ld ld.lld ar ranlib nm objdump "
     "rustc javac kotlinc scalac ghc ocamlc swiftc dmd ldc2 nasm emcc emmake emcmake "
     "protoc buf flatc autoreconf autoconf automake configure autogen.sh msbuild nmake "
     "xcodebuild buck buck2 ant scons samu webpack webpack-cli rollup esbuild parcel tsup "
     "swc babel hugo jekyll mkdocs sphinx-build doxygen pdflatex xelatex latexmk typst "
     "pandoc wasm-pack goreleaser electron-builder pyinstaller maturin cython nuitka "
     "valac gn metro"},
    {PROGRAM_LINT,
     "eslint prettier tsc vue-tsc svelte-check oxlint xo standard stylelint dprint "
     "markdownlint markdownlint-cli2 commitlint knip depcheck madge mypy pyright "
     "basedpyright pytype pyre ty pylint flake8 ruff black blue isort autopep8 yapf "
     "autoflake pyupgrade pydocstyle bandit vulture radon sourcery rubocop standardrb "
     "reek brakeman golangci-lint gofmt gofumpt goimports golint staticcheck govulncheck "
     "revive rustfmt cargo-fmt cargo-clippy shellcheck shfmt hadolint yamllint ktlint "
     "detekt checkstyle spotbugs pmd swiftlint swiftformat clang-format clang-tidy "
     "cppcheck cpplint include-what-you-use sqlfluff phpstan psalm php-cs-fixer phpcs "
     "phpcbf pint rector hlint ormolu fourmolu stylish-haskell scalafmt scalafix "
     "pre-commit lint-staged husky semgrep actionlint ansible-lint tflint tfsec checkov "
     "djlint vale cspell typos codespell jsonlint dialyzer credo luacheck stylua "
     "buildifier"},
    {PROGRAM_GIT, "git-lfs gh glab hub tig lazygit git-filter-repo git-cliff git-absorb"},
    {PROGRAM_PACKAGE,
     "pip pipx conda mamba micromamba apt apt-get apt-cache aptitude brew dnf yum zypper "
     "pacman yay apk snap flatpak dpkg rpm port choco winget scoop gem pod carthage nuget "
     "vcpkg conan opam luarocks cpan cpanm nvm fnm volta corepack rustup asdf mise pyenv "
     "rbenv sdk nix nix-env nix-shell virtualenv venv ensurepip pip-compile pip-sync "
     "npm-check-updates ncu lerna-changelog changeset yalc"},
    {PROGRAM_RUN,
     "java jshell Rscript julia scala racket guile sbcl clojure erl iex irb ipython "
     "jupyter jupyter-lab uvicorn gunicorn hypercorn daphne streamlit gradio celery rq "
     "flask nodemon pm2 concurrently live-server http-server serve browser-sync caddy "
     "nginx ffmpeg gdb lldb valgrind strace ltrace perf hyperfine wasmtime wasmer "
     "powershell pwsh osascript open xdg-open"},
    {PROGRAM_FILES,
     "ls cat bat head tail less more cp mv rm mkdir rmdir touch ln chmod chown chgrp stat "
     "file du df tree wc sort uniq cut awk gawk mawk sed gsed tr tee diff cmp patch tar "
     "zip unzip gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd zcat 7z jq yq xxd od "
     "hexdump strings md5 md5sum sha1sum sha256sum shasum base64 realpath readlink "
     "basename dirname comm join paste column nl split csplit install mktemp dd truncate "
     "shred rename iconv dos2unix unix2dos fold fmt expand tac rev eza exa lsd trash "
     "rsync json.tool apply_patch"},
    {PROGRAM_SEARCH,
     "grep egrep fgrep zgrep rg ag ack ugrep ast-grep sg find fd fdfind locate mdfind fzf"},
    {PROGRAM_NETWORK,
     "curl wget ping traceroute mtr nc ncat netcat ssh scp sftp ftp telnet dig nslookup "
     "host whois ip ifconfig netstat ss nmap tcpdump socat http https xh httpie openssl "
     "ngrok cloudflared grpcurl websocat ssh-keygen ssh-keyscan ssh-add http.server"},
    {PROGRAM_CONTAINER,
     "docker docker-compose podman podman-compose nerdctl buildah skopeo kubectl oc helm "
     "helmfile kustomize k9s minikube kind k3d k3s colima lima limactl vagrant multipass "
     "crictl devcontainer skaffold tilt argocd stern"},
    {PROGRAM_DATABASE,
     "psql pg_dump pg_restore pg_ctl pg_isready createdb dropdb initdb pgcli mysql "
     "mysqldump mysqladmin mariadb mycli sqlite3 sqlite litecli mongo mongosh mongodump "
     "mongorestore redis-cli redis-server valkey-cli duckdb clickhouse clickhouse-client "
     "sqlcmd bcp sqlplus cqlsh influx prisma alembic flyway liquibase dbmate goose sqlx "
     "diesel drizzle-kit knex typeorm sequelize sequelize-cli migrate supabase"},
    {PROGRAM_NONE,
     "cd pushd popd dirs echo printf export set unset alias source . : true false pwd "
     "sleep wait exit return read local declare typeset readonly test [ [[ date whoami id "
     "uname hostname clear trap umask ulimit shopt eval command which whereis type hash "
     "man xargs for case select function in done fi esac break continue let printenv yes "
     "seq"},
};

static void check_command(const char *command, int code) {
  int got = bpi_program_of_command(command, strlen(command));
  ck_assert_msg(got == code, "%s: %s", command, bpi_vocabulary_name(VOCABULARY_PROGRAM, got));
}

static void check_program(const char *name, int code) {
  static const char *const forms[] = {"%s", "/usr/bin/%s --flag x", "A=1 sudo %s", "\"%s\" a | b"};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    char command[128];
    snprintf(command, sizeof command, forms[i], name);
    check_command(command, code == PROGRAM_NONE ? PROGRAM_OTHER : code);
  }
}

START_TEST(programs_have_kinds) {
  EACH(programs, check_program);
}
END_TEST

/* "NAME WORD" pairs. */
static const group pairs[] = {
    {PROGRAM_COMMIT, "git=commit hg=commit hg=ci svn=commit svn=ci jj=commit jj=ci"},
    {PROGRAM_RUN,
     "npm=start npm=restart cargo=run cargo=r go=run dotnet=run dotnet=watch swift=run "
     "flutter=run mix=run mix=phx.server stack=run stack=ghci cabal=run cabal=repl "
     "bazel=run zig=run playwright=codegen playwright=show-report playwright=open"},
    {PROGRAM_TEST,
     "npm=test npm=t npm=tst npm=install-test npm=it hatch=test poetry=test cargo=test "
     "cargo=t cargo=nextest cargo=bench cargo=tarpaulin cargo=llvm-cov cargo=miri "
     "cargo=mutants go=test deno=test deno=bench deno=coverage dotnet=test dotnet=vstest "
     "swift=test flutter=test flutter=drive dart=test mix=test rails=test rails=spec "
     "artisan=test manage.py=test stack=test cabal=test bazel=test bazel=coverage "
     "zig=test meson=test"},
    {PROGRAM_PACKAGE,
     "npm=install npm=i npm=ci npm=add npm=remove npm=rm npm=uninstall npm=un npm=update "
     "npm=up npm=upgrade npm=outdated npm=audit npm=list npm=ls npm=link npm=unlink "
     "npm=pack npm=publish npm=cache npm=config npm=view npm=info npm=init npm=create "
     "npm=dedupe npm=prune npm=why npm=store npm=import npm=rebuild npm=root npm=set "
     "npm=version npm=patch composer=install composer=require composer=remove "
     "composer=update composer=dump-autoload composer=dumpautoload "
     "composer=create-project composer=show composer=outdated cargo=add cargo=remove "
     "cargo=rm cargo=install cargo=uninstall cargo=update cargo=fetch cargo=publish "
     "cargo=tree cargo=search cargo=new cargo=init cargo=vendor cargo=generate-lockfile "
     "go=get go=mod go=work go=install deno=add deno=remove deno=install deno=cache "
     "deno=outdated dotnet=add dotnet=remove dotnet=restore dotnet=nuget dotnet=new "
     "dotnet=tool dotnet=list dotnet=workload dotnet=sln swift=package flutter=pub "
     "flutter=create flutter=upgrade dart=pub dart=create mix=deps.get mix=deps.update "
     "mix=deps.compile mix=hex.info mix=new mix=phx.new cabal=update cabal=install "
     "zig=fetch zig=init playwright=install playwright=install-deps rush=install "
     "rush=update rush=add"},
    {PROGRAM_LINT,
     "hatch=fmt uv=format poetry=lint poetry=fmt cargo=clippy cargo=fmt cargo=check "
     "cargo=c cargo=audit cargo=deny cargo=machete go=vet go=fmt deno=lint deno=fmt "
     "deno=check dotnet=format swift=format flutter=analyze flutter=format dart=analyze "
     "dart=format dart=fix mix=format mix=credo mix=dialyzer zig=fmt meson=format "
     "meson=fmt"},
    {PROGRAM_BUILD, "poetry=build uv=build deno=compile deno=bundle dart=compile"},
    {PROGRAM_DATABASE, "dotnet=ef mix=ecto.create mix=ecto.migrate mix=ecto.drop mix=ecto.reset "
                       "mix=ecto.setup mix=ecto.rollback mix=ecto.gen.migration rails=db:migrate "
                       "rails=db:create rails=db:drop rails=db:seed rails=db:setup rails=db:reset "
                       "rails=db:rollback rails=db:prepare rails=dbconsole artisan=migrate "
                       "artisan=migrate:fresh artisan=migrate:refresh artisan=migrate:rollback "
                       "artisan=migrate:status artisan=db:seed artisan=db:wipe manage.py=migrate "
                       "manage.py=makemigrations manage.py=showmigrations manage.py=sqlmigrate "
                       "manage.py=dbshell manage.py=loaddata manage.py=dumpdata manage.py=flush"},
    {PROGRAM_SEARCH, "bazel=query bazel=cquery bazel=aquery"},
};

static void check_pair(const char *pair, int code) {
  char command[64];
  snprintf(command, sizeof command, "%s", pair);
  command[strcspn(command, "=")] = ' ';
  check_command(command, code);
}

START_TEST(words_after_programs_count) {
  EACH(pairs, check_pair);
}
END_TEST

static const struct {
  int code;
  const char *command;
} commands[] = {
    {PROGRAM_NONE, ""},
    {PROGRAM_OTHER, "   "},
    {PROGRAM_OTHER, "# only a comment: pytest"},
    {PROGRAM_OTHER, "cd /src"},
    {PROGRAM_OTHER, "no-such-program test"},
    {PROGRAM_OTHER, "echo pytest"},
    {PROGRAM_OTHER, "sudo"},
    {PROGRAM_OTHER, "bash"},

    /* Prefixes before a program. */
    {PROGRAM_TEST, "cd /src && pytest -x"},
    {PROGRAM_TEST, "cd '/a b/src' && pytest"},
    {PROGRAM_TEST, "PYTHONPATH=. A=\"b c\" pytest"},
    {PROGRAM_TEST, "X=$(git rev-parse HEAD) pytest"},
    {PROGRAM_TEST, "sudo -u someone -E pytest"},
    {PROGRAM_TEST, "sudo make -C build test"},
    {PROGRAM_TEST, "time -p pytest"},
    {PROGRAM_TEST, "timeout 30 pytest"},
    {PROGRAM_TEST, "timeout -k 5 --signal KILL 30s pytest"},
    {PROGRAM_TEST, "env -u HOME CI=1 pytest"},
    {PROGRAM_TEST, "nice -n 10 nohup pytest &"},
    {PROGRAM_TEST, "source venv/bin/activate && pytest"},
    {PROGRAM_TEST, "if true; then pytest; fi"},
    {PROGRAM_TEST, "for i in 1 2 3; do pytest; done"},
    {PROGRAM_TEST, "! pytest"},
    {PROGRAM_TEST, "(cd x; pytest)"},
    {PROGRAM_TEST, "{ pytest; }"},
    {PROGRAM_TEST, "\n\n# run them\npytest\n"},
    {PROGRAM_TEST, "./node_modules/.bin/jest --ci"},
    {PROGRAM_TEST, "/opt/x/bin/pytest"},
    {PROGRAM_TEST, "pytest.exe"},
    {PROGRAM_TEST, "pytest-3"},
    {PROGRAM_BUILD, "gcc-12 a.c"},
    {PROGRAM_BUILD, "g++-12 a.cc"},
    {PROGRAM_LINT, "clang-format-14 -i a.c"},
    {PROGRAM_FILES, "md5sum x"},
    {PROGRAM_FILES, "7z x a.7z"},

    /* Runners. */
    {PROGRAM_TEST, "python -m pytest tests"},
    {PROGRAM_TEST, "python3.11 -W error -m unittest"},
    {PROGRAM_PACKAGE, "python3 -m pip install x"},
    {PROGRAM_PACKAGE, "python3 -m venv .venv"},
    {PROGRAM_LINT, "python -m mypy ."},
    {PROGRAM_RUN, "python script.py test"},
    {PROGRAM_RUN, "python -c 'import pytest; pytest.main()'"},
    {PROGRAM_RUN, "python3 - <<'EOF'\nimport os\npytest\nEOF"},
    {PROGRAM_RUN, "python3"},
    {PROGRAM_TEST, "python tests/test_a.py"},
    {PROGRAM_TEST, "python manage.py test"},
    {PROGRAM_DATABASE, "python manage.py migrate"},
    {PROGRAM_RUN, "python manage.py runserver"},
    {PROGRAM_TEST, "uv run --with x pytest"},
    {PROGRAM_TEST, "poetry run pytest"},
    {PROGRAM_TEST, "hatch run test"},
    {PROGRAM_TEST, "bundle exec rspec"},
    {PROGRAM_TEST, "coverage run -m x"},
    {PROGRAM_TEST, "php vendor/bin/phpunit"},
    {PROGRAM_TEST, "php artisan test"},
    {PROGRAM_TEST, "npx jest"},
    {PROGRAM_TEST, "npx -y -p x vitest run"},
    {PROGRAM_PACKAGE, "npx playwright install"},
    {PROGRAM_TEST, "npx playwright test"},
    {PROGRAM_LINT, "npx tsc --noEmit"},
    {PROGRAM_DATABASE, "npx prisma migrate dev"},
    {PROGRAM_RUN, "npx some-unknown-thing"},
    {PROGRAM_RUN, "node -e 'test()'"},
    {PROGRAM_RUN, "node server.js"},
    {PROGRAM_BUILD, "node scripts/build.js"},
    {PROGRAM_RUN, "bun -e 'test()'"},
    {PROGRAM_RUN, "./a.out"},
    {PROGRAM_TEST, "./run_tests.sh"},
    {PROGRAM_RUN, "scripts/deploy.sh"},
    {PROGRAM_TEST, "bash scripts/test.sh"},
    {PROGRAM_RUN, "sh x"},
    {PROGRAM_BUILD, "./configure --prefix=/usr"},
    {PROGRAM_RUN, "rtk npx other"},

    /* Scripts and targets of the project. */
    {PROGRAM_TEST, "npm --prefix web test -- --ci"},
    {PROGRAM_TEST, "npm run test:unit"},
    {PROGRAM_TEST, "npm run e2e"},
    {PROGRAM_BUILD, "npm run build"},
    {PROGRAM_BUILD, "npm run -s build:prod"},
    {PROGRAM_LINT, "npm run lint"},
    {PROGRAM_LINT, "npm run type-check"},
    {PROGRAM_LINT, "npm run check"},
    {PROGRAM_DATABASE, "npm run db:seed"},
    {PROGRAM_RUN, "npm run dev"},
    {PROGRAM_RUN, "npm run whatever"},
    {PROGRAM_RUN, "npm start"},
    {PROGRAM_PACKAGE, "npm ci"},
    {PROGRAM_PACKAGE, "npm"},
    {PROGRAM_TEST, "pnpm --filter web test"},
    {PROGRAM_TEST, "pnpm -F web vitest run"},
    {PROGRAM_TEST, "yarn test"},
    {PROGRAM_TEST, "yarn jest"},
    {PROGRAM_BUILD, "yarn build"},
    {PROGRAM_LINT, "yarn eslint ."},
    {PROGRAM_RUN, "yarn watch"},
    {PROGRAM_PACKAGE, "yarn"},
    {PROGRAM_PACKAGE, "yarn add x"},
    {PROGRAM_PACKAGE, "pnpm install"},
    {PROGRAM_TEST, "bun test"},
    {PROGRAM_TEST, "pnpm exec jest"},
    {PROGRAM_TEST, "yarn workspace @app/web test"},
    {PROGRAM_LINT, "yarn workspace web run lint"},
    {PROGRAM_PACKAGE, "yarn workspace web add x"},
    {PROGRAM_PACKAGE, "yarn workspace web"},
    {PROGRAM_PACKAGE, "yarn workspace"},
    {PROGRAM_TEST, "node --test"},
    {PROGRAM_TEST, "node --import tsx --test src/*.ts"},
    {PROGRAM_TEST, "tsx --test"},
    {PROGRAM_RUN, "node --inspect server.js"},
    {PROGRAM_TEST, "xcodebuild -scheme App -destination 'name=iPhone 16' test"},
    {PROGRAM_BUILD, "xcodebuild -scheme test build"},
    {PROGRAM_TEST, "zig build test --summary all"},
    {PROGRAM_BUILD, "zig build -Doptimize=ReleaseFast"},
    {PROGRAM_TEST, "conda run -n test pytest"},
    {PROGRAM_PACKAGE, "conda create -n test"},
    {PROGRAM_RUN, "micromamba run -n x python a.py"},
    {PROGRAM_TEST, "mise run test:unit"},
    {PROGRAM_BUILD, "mise exec -- cargo build"},
    {PROGRAM_LINT, "pipx run black ."},
    {PROGRAM_PACKAGE, "pipx install black"},
    {PROGRAM_TEST, "powershell.exe -NoProfile -Command \"cd web; npm test\""},
    {PROGRAM_COMMIT, "pwsh -Command git commit -m x"},
    {PROGRAM_RUN, "powershell -ExecutionPolicy Bypass -File x.ps1"},
    {PROGRAM_RUN, "powershell -Command Get-ChildItem"},
    {PROGRAM_TEST, "watch -n 5 'make test'"},
    {PROGRAM_TEST, "gradlew.bat test"},
    {PROGRAM_TEST, ".\\gradlew test"},
    {PROGRAM_BUILD, ".\\mvnw.cmd -q package"},
    {PROGRAM_TEST, ".venv\\Scripts\\python.exe -m pytest"},
    {PROGRAM_TEST, "C:\\tools\\node\\npm.cmd test"},
    {PROGRAM_COMMIT, "\"C:\\Program Files\\Git\\bin\\git.exe\" commit -m x"},
    {PROGRAM_TEST, "\"py\\test\" || ./run\\ tests"},
    {PROGRAM_SEARCH, "bash -c \"grep 'a\\|pytest' x\""},
    {PROGRAM_BUILD, "turbo run build"},
    {PROGRAM_TEST, "nx test app"},
    {PROGRAM_TEST, "nx run app:test"},
    {PROGRAM_BUILD, "next build"},
    {PROGRAM_RUN, "next dev"},
    {PROGRAM_BUILD, "make"},
    {PROGRAM_BUILD, "make -j4 all"},
    {PROGRAM_BUILD, "make install"},
    {PROGRAM_TEST, "make check"},
    {PROGRAM_TEST, "make -C build CFLAGS=-O2 clean test"},
    {PROGRAM_BUILD, "make TESTS=test all"},
    {PROGRAM_BUILD, "make -f test.mk"},
    {PROGRAM_LINT, "make lint"},
    {PROGRAM_TEST, "ninja -C build test"},
    {PROGRAM_TEST, "mvn -q clean test"},
    {PROGRAM_BUILD, "./mvnw clean install -DskipTests"},
    {PROGRAM_TEST, "./gradlew :app:testDebugUnitTest"},
    {PROGRAM_RUN, "./gradlew bootRun"},
    {PROGRAM_BUILD, "gradle build -x test"},
    {PROGRAM_TEST, "meson test -C build"},
    {PROGRAM_BUILD, "meson setup build"},
    {PROGRAM_TEST, "cargo +nightly test --all"},
    {PROGRAM_LINT, "cargo clippy"},
    {PROGRAM_BUILD, "cargo build --release"},
    {PROGRAM_RUN, "cargo run"},
    {PROGRAM_TEST, "go test ./..."},
    {PROGRAM_LINT, "go vet ./..."},
    {PROGRAM_BUILD, "go build"},
    {PROGRAM_TEST, "dotnet test"},
    {PROGRAM_TEST, "MIX_ENV=test mix test"},

    /* git, with commits separate. */
    {PROGRAM_GIT, "git status"},
    {PROGRAM_GIT, "git"},
    {PROGRAM_GIT, "git -C dir log --grep commit"},
    {PROGRAM_GIT, "git log -- commit"},
    {PROGRAM_COMMIT, "git commit -m 'x; y && z'"},
    {PROGRAM_COMMIT, "git -C dir -c user.name=x commit"},
    {PROGRAM_COMMIT, "git --no-pager commit"},
    {PROGRAM_COMMIT, "git add -A && git commit -m \"a \\\"quoted\\\" word\" && git push"},
    {PROGRAM_COMMIT, "npm test && git add . && git commit -m x"},
    {PROGRAM_COMMIT, "git commit -m \"$(cat <<'EOF'\nfix \"make\" (test)\n\nEOF\n)\""},
    {PROGRAM_GIT, "gh pr create --body \"$(cat <<'EOF'\nAll; \"green\"\npytest\nEOF\n)\""},
    {PROGRAM_GIT, "echo \"$(pytest)\"; git status"},

    /* The most specific program, among equals the first. */
    {PROGRAM_TEST, "npm install && npm test | tail -20"},
    {PROGRAM_BUILD, "mkdir -p build && cmake .. && ls"},
    {PROGRAM_BUILD, "cmake --build . && ./a.out"},
    {PROGRAM_RUN, "./a.out; cmake .."},
    {PROGRAM_FILES, "cat a | grep b"},
    {PROGRAM_SEARCH, "grep -rn b . | head"},
    {PROGRAM_SEARCH, "find . -name '*.c' | xargs grep x"},
    {PROGRAM_DATABASE, "echo 'select 1' | psql"},
    {PROGRAM_NETWORK, "curl -s http://localhost:3000/test | jq ."},
    {PROGRAM_CONTAINER, "docker compose up -d"},

    /* Quotes, substitutions, redirections, here-documents. */
    {PROGRAM_TEST, "'pytest' x"},
    {PROGRAM_TEST, "py\"te\"s't'"},
    {PROGRAM_TEST, "py\\test"},
    {PROGRAM_TEST, "echo a \\\n  && pytest"},
    {PROGRAM_OTHER, "echo a\\;pytest"},
    {PROGRAM_OTHER, "echo 'a; pytest'"},
    {PROGRAM_OTHER, "echo \"a; pytest\""},
    {PROGRAM_OTHER, "echo `pytest; x`"},
    {PROGRAM_OTHER, "echo $(pytest; x)"},
    {PROGRAM_TEST, "echo $(date) && pytest"},
    {PROGRAM_TEST, "echo $((1 + (2)))\npytest"},
    {PROGRAM_TEST, "2>/dev/null pytest"},
    {PROGRAM_TEST, "> log pytest"},
    {PROGRAM_TEST, "pytest 2>&1 | tee log"},
    {PROGRAM_TEST, "x 2>&1; pytest"},
    {PROGRAM_TEST, "x &> log; pytest"},
    {PROGRAM_TEST, "x >& log & pytest"},
    {PROGRAM_OTHER, "x > pytest"},
    {PROGRAM_OTHER, "x < pytest >> ctest"},
    {PROGRAM_FILES, "cat <<EOF > a.sh\npytest\nmake\nEOF"},
    {PROGRAM_TEST, "cat <<EOF > a.sh\nmake\nEOF\npytest"},
    {PROGRAM_TEST, "cat <<-'END' > a.sh\n\tmake\n\tEND\npytest"},
    {PROGRAM_FILES, "cat <<EOF > a.sh\npytest"},
    {PROGRAM_TEST, "cat <<<pytest; ctest"},
    {PROGRAM_FILES, "diff <(echo a) <(echo b)"},
    {PROGRAM_TEST, "bash -lc 'cd x && pytest'"},
    {PROGRAM_TEST, "bash -c \"bash -c 'pytest'\""},
    {PROGRAM_OTHER, "bash -c \"bash -c \\\"bash -c 'bash -c pytest'\\\"\""},
    {PROGRAM_COMMIT, "sh -ec 'git commit'"},
    /* Cut anywhere. */
    {PROGRAM_GIT, "git commi"},
    {PROGRAM_COMMIT, "git commit -m \"unfini"},
    {PROGRAM_COMMIT, "git commit -m 'unfini"},
    {PROGRAM_GIT, "git log $(unfini"},
    {PROGRAM_GIT, "git log `unfini"},
    {PROGRAM_GIT, "git log \\"},
    {PROGRAM_GIT, "git log >"},
    {PROGRAM_GIT, "git log <<"},
};

START_TEST(command_lines) {
  check_command(commands[_i].command, commands[_i].code);
}
END_TEST

/* Only the beginning of a long line is read. */
START_TEST(long_lines) {
  char command[1000];
  memset(command, ' ', sizeof command);
  memcpy(command + 240, "; git status; pytest", 20);
  ck_assert_int_eq(bpi_program_of_command(command, sizeof command), PROGRAM_GIT);
  memset(command, 'x', sizeof command);
  ck_assert_int_eq(bpi_program_of_command(command, sizeof command), PROGRAM_OTHER);
  for (size_t i = 0; i + 1 < sizeof command; i += 2)
    memcpy(command + i, "x ", 2);
  memcpy(command + 200, "|pytest ", 8);
  ck_assert_int_eq(bpi_program_of_command(command, sizeof command), PROGRAM_TEST);
}
END_TEST

/* Every line above, cut at every byte and with every byte replaced by a special character, gets
 * some answer. */
START_TEST(any_bytes_are_answered) {
  static const char signs[] = "'\"\\`$()<>&|;#\n\t {}=-c\0\xFF";
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    size_t length = strlen(commands[i].command);
    for (size_t cut = 0; cut <= length; cut++) {
      /* On the heap, so that a read beyond the end is seen. */
      char *copy = malloc(cut + 1);
      memcpy(copy, commands[i].command, cut);
      char *exact = realloc(copy, cut ? cut : 1);
      ck_assert_ptr_nonnull(exact);
      for (size_t s = 0; s < sizeof signs; s++) {
        if (cut > 0) exact[cut - 1] = signs[s];
        int code = bpi_program_of_command(exact, cut);
        ck_assert(code >= 0 && code < bpi_vocabulary_size(VOCABULARY_PROGRAM));
      }
      free(exact);
    }
  }
}
END_TEST

int main(void) {
  Suite *suite = suite_create("command");
  TCase *tests = tcase_create("command");
  tcase_set_timeout(tests, 30);
  tcase_add_test(tests, programs_have_kinds);
  tcase_add_test(tests, words_after_programs_count);
  tcase_add_loop_test(tests, command_lines, 0, (int)(sizeof commands / sizeof *commands));
  tcase_add_test(tests, long_lines);
  tcase_add_test(tests, any_bytes_are_answered);
  suite_add_tcase(suite, tests);
  return run_suite(suite);
}
