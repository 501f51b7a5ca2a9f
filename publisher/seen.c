/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "seen.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/error.h"
#include "within.h"

#define FILE_NAME "payloads"
#define FILE_MAX (64 * 1024 * 1024) /* bytes: half a million payloads */
/* A change in the same tick of the kernel's clock as the one before leaves no trace in ctime; ticks are at most 10 ms, and a
 * server of files may round to whole seconds. */
#define SETTLED_SECONDS 2

struct _SutureSeen
{
  SutureDepot *depot; /* the caller's */
  GHashTable *before; /* SHA-256 → the file as it was (owned) */
  GHashTable *now;    /* the same, of this run (owned) */
};

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* The file as it is: what changes when anybody writes to it. */
static char *
state_of (const struct stat *status)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld", (guint64) status->st_ino,
                          (guint64) status->st_size, (gint64) status->st_ctim.tv_sec, (long) status->st_ctim.tv_nsec);
}

SutureSeen *
suture_seen_load (SutureDepot *depot)
{
  SutureSeen *self = g_new0 (SutureSeen, 1);
  g_autoptr (GBytes) bytes = suture_within_read (depot, "client/" FILE_NAME, FILE_MAX, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  self->depot = depot;
  self->before = new_table ();
  self->now = new_table ();
  if (bytes == NULL)
    return self;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (strlen (lines[i]) > SUTURE_DIGEST_HEX && lines[i][SUTURE_DIGEST_HEX] == ' ')
      {
        lines[i][SUTURE_DIGEST_HEX] = '\0';
        g_hash_table_insert (self->before, g_strdup (lines[i]), g_strdup (lines[i] + SUTURE_DIGEST_HEX + 1));
      }
  return self;
}

void
suture_seen_free (SutureSeen *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->before);
  g_hash_table_unref (self->now);
  g_free (self);
}

/* Opens the served payload; -1 with @error. */
static int
open_payload (SutureDepot *depot, const char *path, struct stat *status, GError **error)
{
  g_auto (SutureFd) fd = suture_within_open (depot, path, O_RDONLY, error);

  if (fd < 0)
    return -1;
  if (fstat (fd, status) == 0 && S_ISREG (status->st_mode))
    return suture_fd_steal (&fd);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED, "the payload %s/%s is no regular file", depot->path, path);
  return -1;
}

gboolean
suture_seen_check (SutureSeen *self, const SuturePayload *payload, GError **error)
{
  const char *sha256 = payload->sha256;
  g_autofree char *path = g_build_filename ("repository/targets/payloads", sha256, NULL);
  struct stat status = { 0 };
  g_auto (SutureFd) fd = open_payload (self->depot, path, &status, error);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *state = NULL;
  g_autofree char *found = NULL;

  if (fd < 0)
    return FALSE;
  state = state_of (&status);
  if (g_strcmp0 (g_hash_table_lookup (self->before, sha256), state) != 0)
    {
      found = (guint64) status.st_size == payload->size ? suture_digest_fd (fd, NULL, error) : g_strdup ("");
      if (found == NULL)
        return FALSE;
      if (!g_str_equal (found, sha256))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH, "the payload %s/%s was changed", self->depot->path, path);
          return FALSE;
        }
    }
  if (status.st_ctim.tv_sec + SETTLED_SECONDS <= now)
    g_hash_table_replace (self->now, g_strdup (sha256), g_steal_pointer (&state));
  return TRUE;
}

gboolean
suture_seen_save (SutureSeen *self, GError **error)
{
  g_auto (SutureFd) folder = suture_within_folder (self->depot, "client", 0, error);
  g_autoptr (GString) text = g_string_new (NULL);
  GHashTableIter iter;
  gpointer sha256, state;

  g_hash_table_iter_init (&iter, self->now);
  while (g_hash_table_iter_next (&iter, &sha256, &state))
    g_string_append_printf (text, "%s %s\n", (const char *) sha256, (const char *) state);
  return folder >= 0 && suture_file_replace (folder, FILE_NAME, text->str, text->len, 0600, error);
}
