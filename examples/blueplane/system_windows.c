/* system_windows.c: implements system.h for Windows, with its UTF-16 functions; system_posix.c does
 * for POSIX. Private files inherit the access of their folder, which in a person's own folders
 * amounts to the same. */
#include "system.h"

#ifdef _WIN32

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <wchar.h>

#include <windows.h>

#include <aclapi.h>

#include "text.h"

#define SHARED (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE) /* exclude nobody */
#define EPOCH INT64_C(116444736000000000) /* 1970 in units of 100 ns since 1601 */

/* ---------------------------------------------------------------------------- names and errors */

static wchar_t *wide(const char *path) {
  int length = MultiByteToWideChar(CP_UTF8, 0, path, -1, NULL, 0);
  wchar_t *name = need(calloc((size_t)length + 1, sizeof *name));
  MultiByteToWideChar(CP_UTF8, 0, path, -1, name, length);
  return name;
}

static char *narrow(const wchar_t *name) {
  int length = WideCharToMultiByte(CP_UTF8, 0, name, -1, NULL, 0, NULL, NULL);
  char *path = need(calloc((size_t)length + 1, 1));
  WideCharToMultiByte(CP_UTF8, 0, name, -1, path, length, NULL, NULL);
  return path;
}

static int errno_of(DWORD error) {
  switch (error) {
  case ERROR_FILE_NOT_FOUND:
  case ERROR_PATH_NOT_FOUND:
  case ERROR_INVALID_NAME:
  case ERROR_INVALID_DRIVE: return ENOENT;
  case ERROR_FILE_EXISTS:
  case ERROR_ALREADY_EXISTS: return EEXIST;
  case ERROR_ACCESS_DENIED:
  case ERROR_SHARING_VIOLATION: return EACCES;
  case ERROR_DISK_FULL: return ENOSPC;
  default: return EIO;
  }
}

/* Returns 0 or the errno of a call, and frees the name. */
static int done(BOOL worked, wchar_t *name) {
  int failed = worked ? 0 : errno_of(GetLastError());
  free(name);
  return failed;
}

/* ------------------------------------------------------------------------- terminal and input */

static UINT code_page; /* of the console before */

static void give_back_console(void) {
  SetConsoleOutputCP(code_page);
}

/* Enables colours and cursor movement. */
static void obey_escapes(DWORD which) {
  HANDLE console = GetStdHandle(which);
  DWORD mode;
  if (GetConsoleMode(console, &mode))
    SetConsoleMode(console, mode | ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

void system_begin(void (*handler)(int number)) {
  for (int i = 0; i < 3; i++)
    _setmode(i, _O_BINARY);
  _fmode = _O_BINARY;
  signal(SIGINT, handler); /* reset by the first one */
  code_page = GetConsoleOutputCP();
  if (code_page == 0) return; /* no console */
  SetConsoleOutputCP(CP_UTF8);
  atexit(give_back_console);
  obey_escapes(STD_OUTPUT_HANDLE);
  obey_escapes(STD_ERROR_HANDLE);
}

unsigned processor_count(void) {
  SYSTEM_INFO info;
  GetSystemInfo(&info);
  return info.dwNumberOfProcessors < 1 ? 1 : (unsigned)info.dwNumberOfProcessors;
}

double seconds_now(void) {
  return (double)GetTickCount64() / 1000;
}

bool is_terminal(FILE *stream) {
  DWORD mode;
  return GetConsoleMode((HANDLE)_get_osfhandle(_fileno(stream)), &mode) != 0;
}

int terminal_width(void) {
  CONSOLE_SCREEN_BUFFER_INFO info;
  if (!GetConsoleScreenBufferInfo(GetStdHandle(STD_OUTPUT_HANDLE), &info)) return 0;
  return info.srWindow.Right - info.srWindow.Left + 1;
}

/* A read by a second thread: not every pipe can tell whether it has data. */
static struct {
  HANDLE thread;
  char data[4096];
  DWORD wanted, length;
} reading;

static DWORD WINAPI read_input(void *unused) {
  (void)unused;
  if (!ReadFile(GetStdHandle(STD_INPUT_HANDLE), reading.data, reading.wanted, &reading.length,
                NULL))
    reading.length = 0;
  return 0;
}

/* Data that comes too late is returned by the next call, if there is one. */
size_t read_soon(void *into, size_t size, int milliseconds) {
  if (reading.thread == NULL) {
    reading.wanted = (DWORD)(size < sizeof reading.data ? size : sizeof reading.data);
    reading.thread = CreateThread(NULL, 0, read_input, NULL, 0, NULL);
  }
  if (reading.thread == NULL ||
      WaitForSingleObject(reading.thread, (DWORD)milliseconds) != WAIT_OBJECT_0)
    return 0;
  CloseHandle(reading.thread);
  reading.thread = NULL;
  size_t length = reading.length < size ? reading.length : size;
  memcpy(into, reading.data, length);
  return length;
}

bool sleep_on(int descriptor, int milliseconds) {
  (void)descriptor; /* always negative: changes are polled here */
  Sleep(milliseconds > 0 ? (DWORD)milliseconds : 0);
  return true;
}

/* -------------------------------------------------------------------------------------- places */

char *plain_path(const char *path) {
  char *plain = copy_text(path);
  for (char *at = plain; *at != '\0'; at++)
    if (*at == '\\') *at = '/';
  return plain;
}

char *home_folder(void) {
  static const char *const names[] = {"USERPROFILE", "HOME"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const char *home = getenv(names[i]);
    if (home != NULL && home[0] != '\0') return plain_path(home);
  }
  return copy_text("/");
}

char *temporary_folder(void) {
  wchar_t where[MAX_PATH + 1];
  DWORD length = GetTempPathW(MAX_PATH + 1, where);
  if (length == 0 || length > MAX_PATH) return NULL;
  char *folder = narrow(where), *made = NULL;
  for (unsigned i = 0; i < 1000 && made == NULL; i++) {
    char *path = print_text("%sblueplane-%lu-%u", folder, GetCurrentProcessId(), i);
    if (make_private_folder(path) == 0) made = plain_path(path);
    free(path);
  }
  free(folder);
  return made;
}

/* Turns "\\?\C:\x" to C:/x, and "\\?\UNC\server\x" to //server/x. */
static char *without_prefix(const wchar_t *name) {
  static const wchar_t prefix[] = L"\\\\?\\", server[] = L"\\\\?\\UNC\\";
  bool is_server = wcsncmp(name, server, 8) == 0;
  char *path = narrow(is_server ? name + 6 : wcsncmp(name, prefix, 4) == 0 ? name + 4 : name);
  char *plain = plain_path(path);
  if (is_server) plain[0] = '/';
  free(path);
  return plain;
}

char *real_path(const char *path) {
  wchar_t *name = wide(path), *whole = NULL;
  HANDLE opened =
      CreateFileW(name, 0, SHARED, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
  free(name);
  if (opened == INVALID_HANDLE_VALUE) return NULL;
  DWORD length = GetFinalPathNameByHandleW(opened, NULL, 0, 0);
  if (length > 0) {
    whole = need(calloc((size_t)length + 1, sizeof *whole));
    length = GetFinalPathNameByHandleW(opened, whole, length + 1, 0);
  }
  CloseHandle(opened);
  char *real = length > 0 ? without_prefix(whole) : NULL;
  free(whole);
  return real;
}

bool read_link(char *target, size_t size, const char *path) {
  (void)target, (void)size, (void)path;
  return false;
}

bool is_absolute(const char *path) {
  bool drive = ((path[0] >= 'A' && path[0] <= 'Z') || (path[0] >= 'a' && path[0] <= 'z')) &&
               path[1] == ':';
  const char *at = drive ? path + 2 : path;
  return at[0] == '/' || at[0] == '\\';
}

/* --------------------------------------------------------------------------- files and folders */

static int64_t joined(DWORD high, DWORD low) {
  return (int64_t)((uint64_t)high << 32 | low);
}

/* A link to a folder is not a folder. A placeholder of cloud storage counts as the file. */
bool look_at(file_look *out, const char *path) {
  WIN32_FILE_ATTRIBUTE_DATA found;
  wchar_t *name = wide(path);
  errno = done(GetFileAttributesExW(name, GetFileExInfoStandard, &found), name);
  if (errno != 0) return false;
  bool folder = (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  bool link = (found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
  int64_t modified =
      joined(found.ftLastWriteTime.dwHighDateTime, found.ftLastWriteTime.dwLowDateTime);
  *out = (file_look){.is_file = !folder,
                     .is_folder = folder && !link,
                     .size = joined(found.nFileSizeHigh, found.nFileSizeLow),
                     .modified_ns = (modified - EPOCH) * 100};
  return true;
}

bool is_folder(const char *path) {
  wchar_t *name = wide(path);
  DWORD attributes = GetFileAttributesW(name);
  free(name);
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

bool is_special(const char *path) {
  (void)path;
  return false; /* device names here are not files that could be replaced */
}

bool may_list(const char *path) {
  wchar_t *name = wide(path);
  HANDLE opened = CreateFileW(name, FILE_LIST_DIRECTORY, SHARED, NULL, OPEN_EXISTING,
                              FILE_FLAG_BACKUP_SEMANTICS, NULL);
  free(name);
  if (opened == INVALID_HANDLE_VALUE) return false;
  CloseHandle(opened);
  return true;
}

/* The system expects a folder. */
double room_left(const char *path) {
  char *folder = plain_path(path), *slash = strrchr(folder, '/');
  if (slash != NULL && !is_folder(path)) slash[1] = '\0';
  ULARGE_INTEGER left;
  wchar_t *name = wide(slash != NULL ? folder : ".");
  free(folder);
  return done(GetDiskFreeSpaceExW(name, &left, NULL, NULL), name) == 0 ? (double)left.QuadPart : -1;
}

int make_private_folder(const char *path) {
  wchar_t *name = wide(path);
  return done(CreateDirectoryW(name, NULL), name);
}

FILE *create_private(const char *path) {
  wchar_t *name = wide(path);
  int descriptor = _wopen(name, _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY, _S_IREAD | _S_IWRITE);
  FILE *file = descriptor < 0 ? NULL : _fdopen(descriptor, "wb");
  int why = errno;
  if (file == NULL && descriptor >= 0) {
    _close(descriptor);
    _wunlink(name); /* else the next attempt would fail with EEXIST */
  }
  free(name);
  errno = why;
  return file;
}

int append_private(const char *path, const char *data, size_t length) {
  wchar_t *name = wide(path);
  HANDLE file = CreateFileW(name, FILE_APPEND_DATA, SHARED, NULL, OPEN_ALWAYS,
                            FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
  int failed = done(file != INVALID_HANDLE_VALUE, name);
  if (failed != 0) return failed;
  DWORD written = 0;
  if (!WriteFile(file, data, (DWORD)length, &written, NULL))
    failed = errno_of(GetLastError());
  else if (written != length)
    failed = EIO;
  if (!CloseHandle(file) && failed == 0) failed = EIO;
  return failed;
}

int replace_file(const char *from, const char *to) {
  wchar_t *old = wide(from), *name = wide(to);
  BOOL moved = MoveFileExW(old, name, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH);
  int failed = done(moved, name);
  free(old);
  return failed;
}

/* The person, or accounts that have full access anyway. */
static bool is_own(PSID of, PSID person) {
  return EqualSid(of, person) || IsWellKnownSid(of, WinLocalSystemSid) ||
         IsWellKnownSid(of, WinBuiltinAdministratorsSid) ||
         IsWellKnownSid(of, WinCreatorOwnerRightsSid);
}

static bool lets_others(PACL list, PSID person) {
  if (list == NULL) return true; /* no list means access for everybody */
  for (DWORD i = 0; i < list->AceCount; i++) {
    ACCESS_ALLOWED_ACE *entry;
    if (!GetAce(list, i, (void **)&entry)) return true;
    if (entry->Header.AceType == ACCESS_DENIED_ACE_TYPE) continue;
    if (entry->Header.AceType != ACCESS_ALLOWED_ACE_TYPE) return true; /* conditional */
    if (!is_own(&entry->SidStart, person)) return true;
  }
  return false;
}

privacy privacy_of(char said[64], const char *path) {
  union {
    TOKEN_USER user;
    unsigned char bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
  } person;
  PSECURITY_DESCRIPTOR whole = NULL;
  PSID owner;
  PACL list;
  HANDLE token;
  DWORD used;
  wchar_t *name = wide(path);
  DWORD error = GetNamedSecurityInfoW(name, SE_FILE_OBJECT,
                                      OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION,
                                      &owner, NULL, &list, NULL, &whole);
  free(name);
  said[0] = '\0';
  errno = error == ERROR_SUCCESS ? 0 : errno_of(error);
  if (error != ERROR_SUCCESS) return PRIVACY_UNKNOWN;
  privacy how = PRIVACY_FOREIGN;
  if (OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) {
    if (GetTokenInformation(token, TokenUser, &person, sizeof person, &used) &&
        is_own(owner, person.user.User.Sid))
      how = lets_others(list, person.user.User.Sid) ? PRIVACY_SHARED : PRIVACY_OWN;
    CloseHandle(token);
  }
  snprintf(said, 64, "%s", how == PRIVACY_OWN ? "for you alone" : "an access list with others");
  LocalFree(whole);
  return how;
}

/* The separate programs are not built for Windows. */
int become(const char *program, char **words) {
  (void)program, (void)words;
  return ENOENT;
}

#endif
