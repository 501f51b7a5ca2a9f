/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/installed.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/paths.h"
#include "run.h"

/* dpkg-query(1), -f: no field of these can hold a vertical bar */
#define FORMAT                                                                                                                \
  "${binary:Package}|${Package}|${Architecture}|${Version}|${source:Package}|${db:Status-Want}|${db:Status-Status}|"          \
  "${db:Status-Eflag}\n"
enum { CALLED, NAME, ARCHITECTURE, VERSION, SOURCE, WANT, STATUS, FLAG, N_FIELDS };

static void
installed_free (gpointer data)
{
  SutureInstalled *self = data;

  g_free (self->name);
  g_free (self->architecture);
  g_free (self->called);
  g_free (self->version);
  g_free (self->source);
  g_free (self);
}

/* dpkg(1): the states that only a run that was broken off, or one that is going on, leaves. */
static gboolean
is_in_between (char **fields)
{
  const char *const broken[] = { "half-installed", "unpacked", "half-configured", "triggers-awaited", NULL };

  return g_strv_contains (broken, fields[STATUS]) || g_str_equal (fields[FLAG], "reinstreq");
}

GPtrArray *
suture_installed_list (GError **error)
{
  const char *const argv[] = { "dpkg-query", "-W", "-f", FORMAT, NULL };
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (installed_free);
  g_autofree char *output = suture_run (argv, error);
  g_auto (GStrv) lines = output != NULL ? g_strsplit (output, "\n", -1) : NULL;

  for (gsize i = 0; lines != NULL && lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], "|", -1);
      SutureInstalled *one;

      if (g_strv_length (fields) != N_FIELDS)
        continue;
      if (is_in_between (fields))
        {
          g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY,
                       "the package %s is not installed completely, since a run of dpkg was broken off or goes on: nothing was "
                       "prepared. \"dpkg --configure -a\" ends one that was broken off", fields[CALLED]);
          return NULL;
        }
      if (!g_str_equal (fields[STATUS], "installed") && !g_str_equal (fields[STATUS], "triggers-pending"))
        continue;
      one = g_new0 (SutureInstalled, 1);
      one->name = g_strdup (fields[NAME]);
      one->architecture = g_strdup (fields[ARCHITECTURE]);
      one->called = g_strdup (fields[CALLED]);
      one->version = g_strdup (fields[VERSION]);
      one->source = g_strdup (fields[SOURCE]);
      one->held = g_str_equal (fields[WANT], "hold");
      g_ptr_array_add (list, one);
    }
  return lines != NULL ? g_steal_pointer (&list) : NULL;
}

/* dpkg-query(1), --listfiles: a path a line, among lines about diversions, and "/." for the root folder */
GPtrArray *
suture_installed_files (const char *called, GError **error)
{
  const char *const argv[] = { "dpkg-query", "--listfiles", called, NULL };
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *output = suture_run (argv, error);
  g_auto (GStrv) lines = output != NULL ? g_strsplit (output, "\n", -1) : NULL;

  for (gsize i = 0; lines != NULL && lines[i] != NULL; i++)
    if (*lines[i] == '/' && !g_str_equal (lines[i], "/."))
      g_ptr_array_add (files, g_strdup (lines[i]));
  return lines != NULL ? g_steal_pointer (&files) : NULL;
}

char *
suture_installed_stamp (void)
{
  g_autofree char *status = g_build_filename (suture_path (SUTURE_PATH_DPKG), "status", NULL);
  g_autofree char *updates = g_build_filename (suture_path (SUTURE_PATH_DPKG), "updates", NULL);
  struct stat file = { 0 };
  struct stat folder = { 0 };

  (void) stat (status, &file);
  (void) stat (updates, &folder);
  return g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld %" G_GINT64_FORMAT ".%09ld", (guint64) file.st_ino,
                          (gint64) file.st_mtim.tv_sec, file.st_mtim.tv_nsec, (gint64) folder.st_mtim.tv_sec,
                          folder.st_mtim.tv_nsec);
}
