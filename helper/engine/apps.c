/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/apps.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/paths.h"

#define DEPTH_MAX 10      /* user.slice/user-UID.slice/user@UID.service/app.slice/app-….slice/app-…: 6 */
#define FOLDERS_MAX 4096  /* users can make more, and nobody waits for them */

/* "\x2d" → "-": how unit names hold what they can't. */
static char *
unescape (const char *text)
{
  GString *plain = g_string_new (NULL);

  while (*text != '\0')
    {
      if (text[0] == '\\' && text[1] == 'x' && g_ascii_isxdigit (text[2]) && g_ascii_isxdigit (text[3]))
        {
          g_string_append_c (plain, (char) (g_ascii_xdigit_value (text[2]) * 16 + g_ascii_xdigit_value (text[3])));
          text += 4;
        }
      else
        g_string_append_c (plain, *text++);
    }
  return g_string_free (plain, FALSE);
}

char **
suture_apps_read_unit (const char *name)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autofree char *stem = NULL;
  char *at, *dash;

  if (!g_str_has_prefix (name, "app-") && !g_str_has_prefix (name, "dbus-"))
    return NULL;
  stem = g_strdup (strchr (name, '-') + 1);
  if (g_str_has_suffix (stem, ".scope"))
    {
      stem[strlen (stem) - strlen (".scope")] = '\0';
      dash = strrchr (stem, '-');
      if (dash == NULL)
        return NULL;
      *dash = '\0';
    }
  else if (g_str_has_suffix (stem, ".service"))
    {
      stem[strlen (stem) - strlen (".service")] = '\0';
      at = strchr (stem, '@');
      if (at != NULL)
        *at = '\0';
    }
  else
    return NULL;
  /* an ID has its own dashes escaped: one that is there ends the launcher's name. Not all desktops know that. */
  dash = strchr (stem, '-');
  if (dash != NULL)
    {
      g_autofree char *id = unescape (dash + 1);

      g_strv_builder_add (ids, id);
    }
  at = unescape (stem);
  g_strv_builder_add (ids, at);
  g_free (at);
  return g_strv_builder_end (ids);
}

/* An app's scope goes with its last process; a service may be left when it has failed. */
static gboolean
is_populated (int folder)
{
  g_auto (SutureFd) fd = openat (folder, "cgroup.events", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  char text[256];
  ssize_t got = fd >= 0 ? read (fd, text, sizeof text - 1) : -1;

  if (got < 0)
    return TRUE;
  text[got] = '\0';
  return strstr (text, "populated 0") == NULL;
}

static void
walk (int parent, const char *name, guint depth, guint *left, GHashTable *open)
{
  int fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  g_auto (GStrv) ids = fd >= 0 ? suture_apps_read_unit (name) : NULL;
  DIR *folder;
  struct dirent *entry;

  if (fd < 0)
    return;
  if (ids != NULL && is_populated (fd))
    for (char **id = ids; *id != NULL; id++)
      g_hash_table_add (open, g_strdup (*id));
  folder = fdopendir (fd);
  if (folder == NULL)
    {
      close (fd);
      return;
    }
  while (depth < DEPTH_MAX && *left > 0 && (entry = readdir (folder)) != NULL)
    {
      if (entry->d_name[0] == '.' || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN))
        continue;
      (*left)--;
      walk (fd, entry->d_name, depth + 1, left, open);
    }
  closedir (folder);
}

GHashTable *
suture_apps_find (void)
{
  GHashTable *open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint left = FOLDERS_MAX;

  walk (AT_FDCWD, suture_path (SUTURE_PATH_USER_SLICE), 0, &left, open);
  return open;
}

char *
suture_apps_name_open (GHashTable *open, GPtrArray *reopen)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; open != NULL && reopen != NULL && i < reopen->len; i++)
    {
      const char *file = g_ptr_array_index (reopen, i);
      g_autofree char *id = g_str_has_suffix (file, ".desktop") ? g_strndup (file, strlen (file) - strlen (".desktop"))
                                                                 : g_strdup (file);

      if (g_hash_table_contains (open, id))
        g_string_append_printf (names, "%s%s", names->len > 0 ? " " : "", file);
    }
  return g_string_free (names, FALSE);
}
