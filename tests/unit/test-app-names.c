/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/app-names.h"

#include "test-tree.h"

/* An app whose program is there: others are none to GLib. */
static void
write_app (const char *home, const char *id, const char *program, const char *content)
{
  g_autofree char *path = g_strconcat ("/applications/", id, NULL);
  g_autofree char *executable = g_strconcat ("/", program, NULL);
  g_autofree char *text
      = g_strconcat ("[Desktop Entry]\nType=Application\nExec=", home, executable, " %U\n", content, NULL);

  test_tree_write (home, executable, "", 0755);
  test_tree_write (home, path, text, 0644);
}

/* By the name that people know, where an app says it; by what is known otherwise. */
static void
test_names (void)
{
  const struct
  {
    const char *given, *by_id, *by_program;
  } rows[] = {
    { "org.example.Files.desktop", "Files", "org.example.Files.desktop" },
    { "org.example.Files", "Files", "org.example.Files" },
    { "files-program", "files-program", "Files" },
    { "hidden-program", "hidden-program", "hidden-program" },
    { "org.example.Hidden", "Hidden", "org.example.Hidden" },
    { "org.example.Gone.desktop", "org.example.Gone", "org.example.Gone.desktop" },
    { "../../etc/passwd", "../../etc/passwd", "../../etc/passwd" },
    { "odd\033[2J", "odd[2J", "odd[2J" },
    { "", "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *by_id = suture_app_name (rows[i].given);
      g_autofree char *by_program = suture_app_name_of_program (rows[i].given);

      g_assert_cmpstr (by_id, ==, rows[i].by_id);
      g_assert_cmpstr (by_program, ==, rows[i].by_program);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *home = test_tree_new ();
  int failed = 0;

  g_setenv ("XDG_DATA_HOME", home, TRUE); /* before anything asks for it, as the next */
  g_setenv ("XDG_DATA_DIRS", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  write_app (home, "org.example.Files.desktop", "files-program", "Name=Files\n");
  write_app (home, "org.example.Hidden.desktop", "hidden-program", "Name=Hidden\nNoDisplay=true\n");
  g_test_add_func ("/app-names/both", test_names);
  failed = g_test_run ();
  test_tree_remove (home);
  return failed;
}
