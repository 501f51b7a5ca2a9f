/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Responsible for: the files of the administrator's policy: which there are, whose they are, what stands in each line. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/name.h"
#include "base/paths.h"
#include "engine/admin-policy-private.h"

#define FILE_MAX 65536 /* bytes */
#define FILES_MAX 256
#define LIST_MAX 1024  /* entries of a list */
#define REASON_MAX 512 /* bytes that are shown */
#define GROUP "Policy"
#define SUFFIX ".conf"

/* ---- one line ---- */

static gboolean
fail (GError **error, const char *what)
{
  g_set_error_literal (error, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION, what);
  return FALSE;
}

static gboolean
read_switch (GKeyFile *line, const char *key, int *value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (line, GROUP, key, NULL);

  if (text != NULL && (g_str_equal (text, "yes") || g_str_equal (text, "no")))
    {
      *value = g_str_equal (text, "yes");
      return TRUE;
    }
  return fail (error, "it takes yes or no");
}

static gboolean
read_days (GKeyFile *line, const char *key, int *value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (line, GROUP, key, NULL);
  guint64 days;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, SUTURE_CHOICE_DELAY_MAX, &days, NULL))
    return fail (error, "it takes days, 0 to 30");
  *value = (int) days;
  return TRUE;
}

/* @pattern: a '*' may stand at the end of an entry, or alone. */
static gboolean
read_names (GKeyFile *line, const char *key, gboolean pattern, char ***value, GError **error)
{
  gsize length = 0;
  g_auto (GStrv) list = g_key_file_get_string_list (line, GROUP, key, &length, NULL);

  if (list == NULL || length > LIST_MAX)
    return fail (error, "it takes names, with ';' between them");
  for (gsize i = 0; i < length; i++)
    {
      gsize end = strlen (g_strstrip (list[i]));
      gboolean open = pattern && end > 0 && list[i][end - 1] == '*';
      g_autofree char *name = g_strndup (list[i], open ? end - 1 : end);

      if (!(open && *name == '\0') && !suture_name_is_valid (name))
        return fail (error, pattern ? "it takes names of improvements or components, with ';' between them, and a '*' at the end of"
                                      " one for all that begin so"
                                    : "it takes names of feeds, with ';' between them");
    }
  g_strfreev (*value);
  *value = g_steal_pointer (&list);
  return TRUE;
}

static gboolean
read_hours (GKeyFile *line, const char *key, SutureHours **value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (line, GROUP, key, NULL);
  SutureHours *hours = text != NULL ? suture_hours_parse (text, error) : NULL;

  if (hours == NULL)
    return text != NULL ? FALSE : fail (error, "it can't be read");
  suture_hours_free (*value);
  *value = hours;
  return TRUE;
}

static gboolean
read_reason (GKeyFile *line, const char *key, char **value, GError **error)
{
  g_autofree char *text = g_key_file_get_string (line, GROUP, key, NULL);

  if (text == NULL)
    return fail (error, "it takes text in UTF-8");
  g_free (*value);
  *value = suture_name_clean_text (text, REASON_MAX, FALSE);
  return TRUE;
}

static gboolean
read_key (SutureAdminPolicy *self, GKeyFile *line, const char *key, GError **error)
{
  if (g_str_equal (key, "Automatic"))
    return read_switch (line, key, &self->automatic, error);
  if (g_str_equal (key, "Removal"))
    return read_switch (line, key, &self->removal, error);
  if (g_str_equal (key, "Pause"))
    return read_switch (line, key, &self->pause, error);
  if (g_str_equal (key, "Delay"))
    return read_days (line, key, &self->delay_days, error);
  if (g_str_equal (key, "DelayExploited"))
    return read_switch (line, key, &self->delay_exploited, error);
  if (g_str_equal (key, "Metered"))
    return read_switch (line, key, &self->metered, error);
  if (g_str_equal (key, "Hours"))
    return read_hours (line, key, &self->hours, error);
  if (g_str_equal (key, "Feeds"))
    return read_names (line, key, FALSE, &self->feeds, error);
  if (g_str_equal (key, "Hold"))
    return read_names (line, key, TRUE, &self->hold, error);
  if (g_str_equal (key, "Approved"))
    return read_names (line, key, TRUE, &self->approved, error);
  if (g_str_equal (key, "Reason"))
    return read_reason (line, key, &self->reason, error);
  return fail (error, "this key is not known");
}

/* @text: one line, stripped and not empty. GLib reads it as a file of its own, since its errors don't say the line. */
static gboolean
read_line (SutureAdminPolicy *self, const char *text, gboolean *in_group, GError **error)
{
  g_autofree char *whole = g_strdup_printf ("[" GROUP "]\n%s\n", text);
  g_autoptr (GKeyFile) line = g_key_file_new ();
  g_auto (GStrv) keys = NULL;

  if (*text == '#')
    return TRUE;
  if (*text == '[')
    {
      *in_group = g_str_equal (text, "[" GROUP "]");
      return *in_group || fail (error, "the only group is [" GROUP "]");
    }
  if (!*in_group)
    return fail (error, "there is no [" GROUP "] before it");
  if (g_key_file_load_from_data (line, whole, (gsize) -1, G_KEY_FILE_NONE, NULL))
    keys = g_key_file_get_keys (line, GROUP, NULL, NULL);
  if (keys == NULL || keys[0] == NULL)
    return fail (error, "it is no KEY=VALUE");
  return read_key (self, line, keys[0], error);
}

/* ---- the files ---- */

static gboolean
blame (GError **error, const char *path, guint number, const char *what)
{
  if (number > 0)
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION, "%s, line %u: %s", path, number, what);
  else
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_CONFIGURATION, "%s: %s", path, what);
  return FALSE;
}

static gboolean
read_text (SutureAdminPolicy *self, const char *path, const char *text, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gboolean in_group = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (GError) why = NULL;

      if (*g_strstrip (lines[i]) != '\0' && !read_line (self, lines[i], &in_group, &why))
        return blame (error, path, i + 1, why->message);
    }
  return TRUE;
}

/* @status: of the open file, or of what stands at its path. Its writer decides what this computer installs. */
static gboolean
is_trusted (const char *path, const struct stat *status, GError **error)
{
  if (!S_ISREG (status->st_mode))
    return blame (error, path, 0, "it is no regular file");
  if (status->st_uid != 0 && status->st_uid != geteuid ())
    return blame (error, path, 0, "it has to belong to root");
  if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return blame (error, path, 0, "only root may be able to write it");
  return TRUE;
}

static gboolean
read_file (SutureAdminPolicy *self, const char *path, GError **error)
{
  g_auto (SutureFd) fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) why = NULL;
  g_autofree char *text = NULL;
  struct stat status;

  if (fd < 0)
    return blame (error, path, 0, errno == ELOOP ? "it is a symbolic link" : g_strerror (errno));
  if (fstat (fd, &status) < 0)
    return blame (error, path, 0, g_strerror (errno));
  if (!is_trusted (path, &status, error))
    return FALSE;
  bytes = suture_file_read_open (fd, path, FILE_MAX, &why);
  if (bytes == NULL)
    return blame (error, path, 0, why->message);
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (strlen (text) != g_bytes_get_size (bytes) || !g_utf8_validate (text, -1, NULL))
    return blame (error, path, 0, "it is no text in UTF-8");
  return read_text (self, path, text, error);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Adds the paths of policy.conf.d's files to @paths, in their order. */
static gboolean
list_folder (GPtrArray *paths, GError **error)
{
  g_autofree char *folder = g_strconcat (suture_path (SUTURE_PATH_POLICY), ".d", NULL);
  g_autoptr (GError) why = NULL;
  g_autoptr (GDir) directory = g_dir_open (folder, 0, &why);
  guint first = paths->len;
  const char *name;

  if (directory == NULL)
    return g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT) || blame (error, folder, 0, "it can't be read");
  while ((name = g_dir_read_name (directory)) != NULL)
    {
      if (!g_str_has_suffix (name, SUFFIX) || name[0] == '.')
        continue;
      if (paths->len - first == FILES_MAX)
        return blame (error, folder, 0, "it has too many files");
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
    }
  if (paths->len > first) /* an empty array has no memory that qsort(3) may be given */
    qsort (paths->pdata + first, paths->len - first, sizeof (gpointer), by_name);
  return TRUE;
}

/* All files there are, in the order in which they count. What stands there but can't be looked at is among them. */
static GPtrArray *
list_files (GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  const char *path = suture_path (SUTURE_PATH_POLICY);
  struct stat status;

  if (lstat (path, &status) == 0 || (errno != ENOENT && errno != ENOTDIR))
    g_ptr_array_add (paths, g_strdup (path));
  return list_folder (paths, error) ? g_steal_pointer (&paths) : NULL;
}

SutureAdminPolicy *
suture_admin_policy_load (void)
{
  SutureAdminPolicy *self = suture_admin_policy_new ();
  g_autoptr (GPtrArray) paths = list_files (&self->fault);

  for (guint i = 0; paths != NULL && i < paths->len && self->fault == NULL; i++)
    (void) read_file (self, g_ptr_array_index (paths, i), &self->fault);
  if (self->fault == NULL)
    return self;
  suture_admin_policy_clear (self);
  return self;
}

/* What can't stay the same when a file is another one. */
static char *
stamp (void)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) paths = list_files (&error);

  if (error != NULL)
    g_string_append (text, error->message);
  for (guint i = 0; paths != NULL && i < paths->len; i++)
    {
      const char *path = g_ptr_array_index (paths, i);
      struct stat status = { .st_size = -1 };

      (void) lstat (path, &status);
      g_string_append_printf (text, "%s %u %u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                                    ".%09ld %" G_GINT64_FORMAT ".%09ld\n",
                              path, (guint) status.st_mode, (guint) status.st_uid, (guint64) status.st_dev, (guint64) status.st_ino,
                              (gint64) status.st_size, (gint64) status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                              (gint64) status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
    }
  return g_string_free (text, FALSE);
}

SutureAdminPolicy *
suture_admin_policy_get (void)
{
  static GMutex mutex;
  static SutureAdminPolicy *last;
  static char *last_stamp;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&mutex);
  g_autofree char *now = stamp ();

  /* the stamp is taken first: what changes in between is read twice, and not missed */
  if (last == NULL || !g_str_equal (now, last_stamp))
    {
      suture_admin_policy_unref (last);
      last = suture_admin_policy_load ();
      g_free (last_stamp);
      last_stamp = g_steal_pointer (&now);
      if (last->fault != NULL)
        g_message ("the policy can't be used: %s", last->fault->message);
    }
  return suture_admin_policy_ref (last);
}
