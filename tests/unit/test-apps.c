/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/apps.h"

#include <glib/gstdio.h>

#include "base/paths.h"
#include "test-paths.h"

static const struct
{
  const char *unit;
  const char *ids; /* with blanks between; NULL: no app's */
} rows[] = {
  { "app-gnome-org.gnome.Evolution-1234.scope", "org.gnome.Evolution gnome-org.gnome.Evolution" },
  { "app-org.gnome.Evolution-1234.scope", "org.gnome.Evolution" },
  { "app-gnome-firefox\\x2desr-1234.scope", "firefox-esr gnome-firefox-esr" },
  { "app-firefox-esr-1234.scope", "esr firefox-esr" },
  { "app-org.kde.kate@0a1b.service", "org.kde.kate" },
  { "app-KDE-org.kde.kate@0a1b.service", "org.kde.kate KDE-org.kde.kate" },
  { "app-org.kde.kate.service", "org.kde.kate" },
  { "dbus-:1.2-org.gnome.TextEditor@0.service", "org.gnome.TextEditor :1.2-org.gnome.TextEditor" },
  { "app-alone.scope", NULL },
  { "app-gnome.slice", NULL },
  { "app.slice", NULL },
  { "session-2.scope", NULL },
  { "user@1000.service", NULL },
  { "vte-spawn-1.scope", NULL },
};

static void
test_names (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) ids = suture_apps_read_unit (rows[i].unit);
      g_autofree char *text = ids != NULL ? g_strjoinv (" ", ids) : NULL;

      g_assert_cmpstr (text, ==, rows[i].ids);
    }
}

static void
make (const char *below, const char *events)
{
  g_autofree char *folder = g_build_filename (suture_path (SUTURE_PATH_USER_SLICE), below, NULL);
  g_autofree char *file = g_build_filename (folder, "cgroup.events", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  if (events != NULL)
    g_assert_true (g_file_set_contents (file, events, -1, NULL));
}

static char *
open_of (const char *const *reopen)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  g_autoptr (GHashTable) open = suture_apps_find ();

  for (; *reopen != NULL; reopen++)
    g_ptr_array_add (files, (gpointer) *reopen);
  return suture_apps_name_open (open, files);
}

static void
test_open (void)
{
  const char *const reopen[] = { "org.example.One.desktop", "two.desktop", "three.desktop", NULL };
  g_autofree char *nothing = NULL;
  g_autofree char *all = NULL;

  test_paths_init ();
  nothing = open_of (reopen); /* no control groups at all */
  g_assert_cmpstr (nothing, ==, "");
  make ("user-1000.slice/user@1000.service/app.slice/app-gnome-org.example.One-77.scope", "populated 1\nfrozen 0\n");
  make ("user-1001.slice/user@1001.service/app.slice/app-two.slice/app-two@5.service", NULL);
  make ("user-1000.slice/user@1000.service/app.slice/app-three-78.scope", "populated 0\nfrozen 0\n");
  make ("user-1000.slice/user@1000.service/a/b/c/d/e/f/g/h/i/j/k/app-three-79.scope", NULL); /* deeper than any desktop's */
  all = open_of (reopen);
  g_assert_cmpstr (all, ==, "org.example.One.desktop two.desktop");
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/apps/names", test_names);
  g_test_add_func ("/apps/open", test_open);
  return g_test_run ();
}
