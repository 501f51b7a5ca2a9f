/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/place.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/statvfs.h>

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "run.h"
#include "tree.h"

#define SELF "/proc/self/exe"
#define MEBIBYTE (1024 * 1024)

char *
suture_place_path (const char *name)
{
  return g_build_filename (suture_path (SUTURE_PATH_LOCAL_STATE), name, NULL);
}

char *
suture_place_feed (void)
{
  return g_path_get_dirname (suture_path (SUTURE_PATH_LOCAL_FEED));
}

int
suture_place_lock (GError **error)
{
  g_autofree char *path = suture_place_path ("lock");
  g_auto (SutureFd) fd = open (path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      suture_error_set_errno (error, errno, "could not open %s", path);
      return -1;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    return suture_fd_steal (&fd);
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_BUSY, "improvements are being prepared already");
  return -1;
}

char *
suture_place_work (GError **error)
{
  g_autofree char *path = suture_place_path ("work");

  suture_tree_remove (path);
  if (g_mkdir (path, 0700) == 0)
    return g_steal_pointer (&path);
  suture_error_set_errno (error, errno, "could not make %s", path);
  return NULL;
}

gboolean
suture_place_has_room (guint64 bytes, GError **error)
{
  const char *path = suture_path (SUTURE_PATH_LOCAL_STATE);
  struct statvfs status;

  if (statvfs (path, &status) < 0)
    return suture_error_set_errno (error, errno, "could not look at %s", path);
  if ((guint64) status.f_bavail * status.f_frsize >= bytes)
    return TRUE;
  g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_NO_SPACE,
               "not enough space: %" G_GUINT64_FORMAT " MB are needed below %s to prepare what is new, and it was not begun",
               bytes / MEBIBYTE + 1, path);
  return FALSE;
}

guint
suture_place_number (void)
{
  g_autofree char *path = suture_place_path ("number");
  g_autofree char *text = NULL;
  guint64 number = 0;

  if (g_file_get_contents (path, &text, NULL, NULL))
    (void) g_ascii_string_to_unsigned (g_strchomp (text), 10, 0, G_MAXINT32 - 1, &number, NULL);
  return (guint) number;
}

gboolean
suture_place_set_number (guint number, GError **error)
{
  g_autofree char *path = suture_place_path ("number");
  g_autofree char *text = g_strdup_printf ("%u\n", number);

  return number <= suture_place_number ()
         || g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644, error);
}

void
suture_place_set_end (JsonObject *object, const GError *error)
{
  /* codes of GLib's domains mean something else */
  int code = error != NULL && error->domain == SUTURE_ERROR ? error->code : SUTURE_ERROR_FAILED;

  json_object_set_string_member (object, "error", error != NULL ? suture_error_to_name (code) : "");
  json_object_set_string_member (object, "message", error != NULL ? error->message : "");
}

char *
suture_place_write_end (JsonObject *object, const GError *error)
{
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autoptr (JsonObject) end = object != NULL ? object : json_object_new ();

  suture_place_set_end (end, error);
  json_node_init_object (node, end);
  return json_to_string (node, FALSE);
}

/* @node, unless it says that the work failed. */
static JsonNode *
check_end (JsonNode *node, GError **error)
{
  JsonObject *object = json_node_get_object (node);
  const char *name = json_object_get_string_member_with_default (object, "error", "");

  if (*name == '\0')
    return node;
  g_set_error (error, SUTURE_ERROR, suture_error_from_name (name), "%s",
               json_object_get_string_member_with_default (object, "message", ""));
  json_node_unref (node);
  return NULL;
}

JsonNode *
suture_place_run (const char *word, const char *argument, GError **error)
{
  const char *const argv[] = { SELF, word, argument, NULL };
  int status = 0;
  g_autoptr (GError) why = NULL;
  g_autofree char *output = suture_run_status (argv, 0, &status, &why);
  JsonNode *node = output != NULL && status == 0 ? json_from_string (output, NULL) : NULL;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    return check_end (node, error);
  g_clear_pointer (&node, json_node_unref);
  /* "PROGRAM was killed" would tell nobody anything: it is this one */
  if (output != NULL || !g_error_matches (why, SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE))
    g_set_error (error, SUTURE_ERROR, SUTURE_ERROR_INTERRUPTED, "a part of the work was broken off: the next check does it again");
  else
    g_propagate_error (error, g_steal_pointer (&why));
  return NULL;
}
