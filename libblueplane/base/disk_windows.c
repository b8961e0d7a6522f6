/* base/disk_windows.c: base/disk.h for Windows, with names in UTF-16. Instead of mode 0600, files
 * get an access list of the user and the system only. disk_posix.c implements it for POSIX. */
#include "base/disk.h"

#ifdef _WIN32

#include <string.h>
#include <wchar.h>

#include "base/win32.h"

#include <sddl.h>

#include "base/mem.h"

#define AT_ONCE ((size_t)1 << 30)         /* per system call */
#define EPOCH INT64_C(116444736000000000) /* 1970 in units of 100 ns since 1601 */
#define SHARED (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE) /* share everything */
/* longer paths need the prefix; the limit for folders is below that for files */
#define SHORT_PATH 240
#define PRIVATE L"D:P(A;;FA;;;%ls)(A;;FA;;;SY)"
#define PRIVATE_MAX 256 /* a user's SID as text has at most 184 characters */
#define NO_FILE ((disk_file)INVALID_HANDLE_VALUE)

static int code_of_error(DWORD error) {
  switch (error) {
  case ERROR_FILE_NOT_FOUND:
  case ERROR_PATH_NOT_FOUND:
  case ERROR_INVALID_NAME:
  case ERROR_INVALID_DRIVE:
  case ERROR_BAD_NETPATH:
  case ERROR_BAD_NET_NAME:
  case ERROR_DIRECTORY: return BP_ERR_NOTFOUND;
  case ERROR_NOT_ENOUGH_MEMORY:
  case ERROR_OUTOFMEMORY: return BP_ERR_NOMEM;
  case ERROR_FILE_EXISTS:
  case ERROR_ALREADY_EXISTS: return BP_ERR_INVALID;
  default: return BP_ERR_IO;
  }
}

/* --------------------------------------------------------------------------------- names in UTF-16 */

/* Most names need no allocation, so that cleanup works even when memory is exhausted. */
typedef struct wide {
  wchar_t *name; /* `here`, or allocated */
  wchar_t here[SHORT_PATH];
} wide;

static void free_wide(wide *w) {
  if (w->name != w->here) bpi_free(w->name);
}

static int to_wide(wide *out, const char *path, const char *ending) {
  size_t length = strlen(path), more = strlen(ending), size = length + more + 1;
  if (size > 32000) return BP_ERR_NOTFOUND; /* longer than any valid name */
  out->name = size <= SHORT_PATH ? out->here : bpi_realloc(NULL, size, sizeof *out->name);
  if (out->name == NULL) return BP_ERR_NOMEM;
  int made =
      MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, out->name, (int)length + 1);
  if (made == 0) {
    free_wide(out);
    return BP_ERR_NOTFOUND; /* not UTF-8, so not a valid name */
  }
  for (size_t i = 0; i <= more; i++)
    out->name[made - 1 + (int)i] = (wchar_t)ending[i];
  for (wchar_t *at = out->name; *at != 0; at++)
    if (*at == L'/') *at = L'\\';
  return BP_OK;
}

/* Makes a name beyond the old limit absolute and adds the prefix. */
static int lengthen(wide *w) {
  static const wchar_t local[] = L"\\\\?\\", shared[] = L"\\\\?\\UNC";
  DWORD size = GetFullPathNameW(w->name, 0, NULL, NULL);
  size_t front = sizeof shared / sizeof *shared;
  wchar_t *whole = bpi_realloc(NULL, size + front, sizeof *whole);
  if (whole == NULL) return BP_ERR_NOMEM;
  wchar_t *path = whole + front;
  if (size == 0 || GetFullPathNameW(w->name, size, path, NULL) == 0) *path = 0;
  bool of_server = path[0] == L'\\' && path[1] == L'\\';
  const wchar_t *prefix = of_server ? shared : local;
  if (of_server) path++; /* "\\server" becomes "\\?\UNC\server" */
  memmove(whole + wcslen(prefix), path, (wcslen(path) + 1) * sizeof *path);
  memcpy(whole, prefix, wcslen(prefix) * sizeof *prefix);
  free_wide(w);
  w->name = whole;
  return BP_OK;
}

static int wide_name(wide *out, const char *path, const char *ending) {
  int rc = to_wide(out, path, ending);
  if (rc != BP_OK || wcslen(out->name) < SHORT_PATH || wcsncmp(out->name, L"\\\\?\\", 4) == 0)
    return rc;
  rc = lengthen(out);
  if (rc != BP_OK) free_wide(out);
  return rc;
}

/* ------------------------------------------------------------------------------- an open file */

static int64_t whole(DWORD high, DWORD low) {
  return (int64_t)((uint64_t)high << 32 | low);
}

/* Links and mount points stand for another name; reparse points of cloud storage or compression do
 * not. */
static bool is_link(HANDLE handle, DWORD attributes) {
  FILE_ATTRIBUTE_TAG_INFO tag;
  return (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
         GetFileInformationByHandleEx(handle, FileAttributeTagInfo, &tag, sizeof tag) &&
         IsReparseTagNameSurrogate(tag.ReparseTag);
}

bool bpi_disk_stat(disk_file opened, file_stat *out) {
  HANDLE handle = (HANDLE)opened;
  BY_HANDLE_FILE_INFORMATION found;
  if (GetFileType(handle) != FILE_TYPE_DISK) {
    *out = (file_stat){0};
    return true;
  }
  if (!GetFileInformationByHandle(handle, &found)) return false;
  bool folder = (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  out->device = found.dwVolumeSerialNumber;
  out->inode = (uint64_t)whole(found.nFileIndexHigh, found.nFileIndexLow);
  out->size = whole(found.nFileSizeHigh, found.nFileSizeLow);
  out->modified_ns =
      (whole(found.ftLastWriteTime.dwHighDateTime, found.ftLastWriteTime.dwLowDateTime) - EPOCH) *
      100;
  out->is_link = is_link(handle, found.dwFileAttributes);
  out->is_directory = folder && !out->is_link;
  out->is_file = !folder && !out->is_link;
  return true;
}

/* FILE_FLAG_BACKUP_SEMANTICS: also opens folders, which are recognised afterwards. */
static int open_name(disk_file *out, const wchar_t *name, DWORD access, bool follow) {
  DWORD flags = FILE_FLAG_BACKUP_SEMANTICS | (follow ? 0 : FILE_FLAG_OPEN_REPARSE_POINT);
  *out = (disk_file)CreateFileW(name, access, SHARED, NULL, OPEN_EXISTING, flags, NULL);
  return *out == NO_FILE ? code_of_error(GetLastError()) : BP_OK;
}

/* Opens the name itself; a reparse point that is not a link is opened again to get the file. */
static int open_as_it_is(disk_file *out, const char *path, DWORD access, bool follow,
                         file_stat *stat) {
  wide w;
  int rc = wide_name(&w, path, "");
  if (rc != BP_OK) return rc;
  rc = open_name(out, w.name, access, follow);
  bool known = rc == BP_OK && bpi_disk_stat(*out, stat);
  FILE_ATTRIBUTE_TAG_INFO tag;
  if (known && !follow && !stat->is_link &&
      GetFileInformationByHandleEx((HANDLE)*out, FileAttributeTagInfo, &tag, sizeof tag) &&
      (tag.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0) {
    (void)bpi_disk_close(*out);
    rc = open_name(out, w.name, access, true);
    known = rc == BP_OK && bpi_disk_stat(*out, stat);
  }
  free_wide(&w);
  if (rc != BP_OK || known) return rc;
  (void)bpi_disk_close(*out);
  return BP_ERR_IO;
}

int bpi_disk_open(disk_file *out, const char *path, bool follow, file_stat *stat) {
  int rc = open_as_it_is(out, path, GENERIC_READ, follow, stat);
  if (rc != BP_OK || stat->is_file) return rc;
  (void)bpi_disk_close(*out);
  return BP_ERR_INVALID;
}

/* The access list in Windows' form, to be freed with LocalFree; NULL on failure. */
static PSECURITY_DESCRIPTOR private_to_user(void) {
  union {
    TOKEN_USER user;
    unsigned char bytes[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
  } of;
  HANDLE token;
  DWORD used;
  wchar_t *name = NULL, text[PRIVATE_MAX];
  PSECURITY_DESCRIPTOR made = NULL;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return NULL;
  if (GetTokenInformation(token, TokenUser, &of, sizeof of, &used) &&
      ConvertSidToStringSidW(of.user.User.Sid, &name)) {
    int length = _snwprintf(text, PRIVATE_MAX, PRIVATE, name);
    LocalFree(name);
    if (length < 0 || length >= PRIVATE_MAX ||
        !ConvertStringSecurityDescriptorToSecurityDescriptorW(text, SDDL_REVISION_1, &made, NULL))
      made = NULL;
  }
  CloseHandle(token);
  return made;
}

int bpi_disk_create(disk_file *out, const char *path) {
  wide w;
  int rc = wide_name(&w, path, "");
  if (rc != BP_OK) return rc;
  SECURITY_ATTRIBUTES owner = {.nLength = sizeof owner, .lpSecurityDescriptor = private_to_user()};
  rc = BP_ERR_IO;
  if (owner.lpSecurityDescriptor != NULL) {
    *out = (disk_file)CreateFileW(w.name, GENERIC_WRITE, SHARED, &owner, CREATE_NEW,
                                  FILE_ATTRIBUTE_NORMAL, NULL);
    rc = *out == NO_FILE ? code_of_error(GetLastError()) : BP_OK;
    LocalFree(owner.lpSecurityDescriptor);
  }
  free_wide(&w);
  return rc;
}

void bpi_disk_will_read(disk_file opened, int64_t size) {
  (void)opened;
  (void)size;
}

int64_t bpi_disk_read(disk_file opened, int64_t offset, void *into, size_t length) {
  OVERLAPPED at = {.Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32)};
  DWORD got = 0;
  if (ReadFile((HANDLE)opened, into, (DWORD)(length < AT_ONCE ? length : AT_ONCE), &got, &at))
    return got;
  return GetLastError() == ERROR_HANDLE_EOF ? 0 : BP_ERR_IO;
}

bool bpi_disk_write(disk_file opened, const void *data, size_t length) {
  const char *at = data;
  while (length > 0) {
    DWORD written = 0;
    if (!WriteFile((HANDLE)opened, at, (DWORD)(length < AT_ONCE ? length : AT_ONCE), &written,
                   NULL) ||
        written == 0)
      return false;
    at += written;
    length -= written;
  }
  return FlushFileBuffers((HANDLE)opened) != 0;
}

bool bpi_disk_close(disk_file opened) {
  return CloseHandle((HANDLE)opened) != 0;
}

/* --------------------------------------------------------------------------------------- names */

int bpi_disk_stat_path(const char *path, bool follow, file_stat *out) {
  disk_file opened;
  int rc = open_as_it_is(&opened, path, FILE_READ_ATTRIBUTES, follow, out);
  if (rc == BP_OK) (void)bpi_disk_close(opened);
  return rc;
}

int bpi_disk_name(char *temporary, const char *path) {
  wide from, to;
  int rc = wide_name(&from, temporary, "");
  if (rc != BP_OK) return rc;
  rc = wide_name(&to, path, "");
  if (rc == BP_OK) {
    if (!MoveFileExW(from.name, to.name, MOVEFILE_WRITE_THROUGH))
      rc = code_of_error(GetLastError());
    free_wide(&to);
  }
  free_wide(&from);
  return rc;
}

int bpi_disk_make_private(const char *path) {
  wide w;
  int rc = wide_name(&w, path, "");
  if (rc != BP_OK) return rc;
  PSECURITY_DESCRIPTOR owner = private_to_user();
  rc = BP_ERR_IO;
  if (owner != NULL) {
    SECURITY_INFORMATION what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
    rc = SetFileSecurityW(w.name, what, owner) ? BP_OK : code_of_error(GetLastError());
    LocalFree(owner);
  }
  free_wide(&w);
  return rc;
}

/* SQLite creates it with the access list of its folder. */
void bpi_disk_guard(const char *path, const char *ending) {
  wide model, beside;
  if (wide_name(&model, path, "") != BP_OK) return;
  if (wide_name(&beside, path, ending) == BP_OK) {
    DWORD size = 0;
    (void)GetFileSecurityW(model.name, DACL_SECURITY_INFORMATION, NULL, 0, &size);
    PSECURITY_DESCRIPTOR list = bpi_alloc(size);
    if (list != NULL && GetFileSecurityW(model.name, DACL_SECURITY_INFORMATION, list, size, &size))
      (void)SetFileSecurityW(beside.name,
                             DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION, list);
    bpi_free(list);
    free_wide(&beside);
  }
  free_wide(&model);
}

int bpi_disk_remove(const char *path) {
  wide w;
  int rc = wide_name(&w, path, "");
  if (rc != BP_OK) return rc;
  rc = DeleteFileW(w.name) ? BP_OK : code_of_error(GetLastError());
  free_wide(&w);
  return rc;
}

/* --------------------------------------------------------------------------------- directories */

#define NAME_MAX_BYTES (MAX_PATH * 3 + 1) /* UTF-8 bytes for that many UTF-16 units */

/* A directory entry lacks the file index, by which a file is recognised, so each file is opened.
 * One that has disappeared is skipped; one locked by others gets the data of its entry. */
static int stat_entry(file_stat *stat, const char *directory, const char *name,
                      const WIN32_FIND_DATAW *found) {
  size_t front = strlen(directory), back = strlen(name);
  char *path = bpi_realloc(NULL, front + back + 2, 1);
  if (path == NULL) return BP_ERR_NOMEM;
  memcpy(path, directory, front);
  path[front] = '/';
  memcpy(path + front + 1, name, back + 1);
  int rc = bpi_disk_stat_path(path, false, stat);
  bpi_free(path);
  if (rc != BP_ERR_IO) return rc;
  bool link = (found->dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
              IsReparseTagNameSurrogate(found->dwReserved0);
  bool folder = (found->dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
  *stat = (file_stat){.size = whole(found->nFileSizeHigh, found->nFileSizeLow),
                      .is_link = link,
                      .is_directory = folder && !link,
                      .is_file = !folder && !link};
  return BP_OK;
}

static int list_entries(HANDLE search, WIN32_FIND_DATAW *found, const char *directory,
                        int (*entry)(void *user, const char *name, const file_stat *stat),
                        void *user) {
  do {
    char name[NAME_MAX_BYTES];
    if (wcscmp(found->cFileName, L".") == 0 || wcscmp(found->cFileName, L"..") == 0) continue;
    /* A name that is not valid UTF-16 could not be found again through UTF-8. */
    if (WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, found->cFileName, -1, name, sizeof name,
                            NULL, NULL) == 0)
      return BP_ERR_IO;
    file_stat stat;
    int rc = stat_entry(&stat, directory, name, found);
    if (rc == BP_ERR_NOTFOUND) continue;
    if (rc == BP_OK) rc = entry(user, name, &stat);
    if (rc != 0) return rc;
  } while (FindNextFileW(search, found));
  return GetLastError() == ERROR_NO_MORE_FILES ? BP_OK : BP_ERR_IO;
}

int bpi_disk_list(const char *directory, bool follow,
                  int (*entry)(void *user, const char *name, const file_stat *stat), void *user) {
  file_stat stat;
  disk_file opened;
  int rc = open_as_it_is(&opened, directory, FILE_READ_ATTRIBUTES, follow, &stat);
  if (rc != BP_OK) return rc;
  (void)bpi_disk_close(opened);
  if (!stat.is_directory) return BP_ERR_NOTFOUND;
  wide pattern;
  rc = wide_name(&pattern, directory, "/*");
  if (rc != BP_OK) return rc;
  WIN32_FIND_DATAW found;
  HANDLE search = FindFirstFileW(pattern.name, &found);
  free_wide(&pattern);
  if (search == INVALID_HANDLE_VALUE) {
    DWORD error = GetLastError();
    return error == ERROR_FILE_NOT_FOUND ? BP_OK : code_of_error(error);
  }
  rc = list_entries(search, &found, directory, entry, user);
  FindClose(search);
  return rc;
}

#endif
