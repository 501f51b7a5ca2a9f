/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/release.h"

#include <fcntl.h>

#include "base/error.h"
#include "base/file.h"
#include "base/name.h"
#include "base/paths.h"

#define OS_RELEASE_MAX 65536 /* bytes; Debian's is 267 */

#if defined(__x86_64__)
#define ARCHITECTURE "x86-64"
#elif defined(__aarch64__)
#define ARCHITECTURE "arm64"
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE "riscv64"
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCHITECTURE "ppc64-le"
#elif defined(__s390x__)
#define ARCHITECTURE "s390x"
#elif defined(__i386__)
#define ARCHITECTURE "x86"
#elif defined(__arm__)
#define ARCHITECTURE "arm"
#else
#error "systemd's name of this architecture is needed here"
#endif

/* The value of KEY= in os-release's shell-like syntax, unquoted; NULL when it is not there. */
static char *
value_of (char **lines, const char *key)
{
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strchug (lines[i]);
      const char *rest = g_str_has_prefix (line, key) ? line + strlen (key) : "";
      char *value;

      if (*rest != '=')
        continue;
      value = g_shell_unquote (rest + 1, NULL);
      return value != NULL ? value : g_strdup ("");
    }
  return NULL;
}

SutureRelease *
suture_release_load (GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (SutureRelease) self = g_new0 (SutureRelease, 1);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  bytes = suture_file_read (AT_FDCWD, suture_path (SUTURE_PATH_OS_RELEASE), OS_RELEASE_MAX, error);
  if (bytes == NULL)
    return NULL;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  lines = g_strsplit (text, "\n", -1);
  self->id = value_of (lines, "ID");
  self->version_id = value_of (lines, "VERSION_ID");
  self->pretty_name = value_of (lines, "PRETTY_NAME");
  self->architecture = g_strdup (ARCHITECTURE);
  if (self->version_id == NULL)
    self->version_id = g_strdup ("");
  if (self->pretty_name == NULL)
    self->pretty_name = g_strdup (self->id);
  if (!suture_name_is_valid (self->id) || (*self->version_id != '\0' && !suture_name_is_valid (self->version_id)))
    {
      g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "%s names no ID and VERSION_ID that could be used",
                   suture_path (SUTURE_PATH_OS_RELEASE));
      return NULL;
    }
  return g_steal_pointer (&self);
}

char *
suture_release_role (const SutureRelease *self)
{
  if (*self->version_id == '\0')
    return g_strdup_printf ("%s-%s", self->id, self->architecture);
  return g_strdup_printf ("%s-%s-%s", self->id, self->version_id, self->architecture);
}

void
suture_release_free (SutureRelease *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->version_id);
  g_free (self->architecture);
  g_free (self->pretty_name);
  g_free (self);
}
