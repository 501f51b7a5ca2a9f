/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "activate/boot.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/paths.h"
#include "test-paths.h"

/* What a computer went through, a word a step:
 *   +x   x is installed             -x     x is removed
 *   on   it is started              off    it is started with the word on its command line
 *   mark the start has finished     down   it is shut down
 *   cut  nothing is written any more, as in a power cut or a hang that a person ends
 *   load everything is read from its JSON again, which happens before every other step too */
typedef struct
{
  GHashTable *installed; /* set of ids */
  SutureBoot *boot;
  guint starts;
  gboolean decided; /* the last start left something out */
} Computer;

static void
reload (Computer *self)
{
  g_autoptr (GBytes) bytes = suture_boot_to_bytes (self->boot);
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GError) error = NULL;
  SutureBoot *boot = suture_boot_from_bytes (bytes, &error);

  g_assert_no_error (error);
  again = suture_boot_to_bytes (boot);
  g_assert_true (g_bytes_equal (bytes, again));
  suture_boot_free (self->boot);
  self->boot = boot;
}

static void
begin (Computer *self)
{
  g_autofree char *name = g_strdup_printf ("start-%u", ++self->starts);
  g_autofree gpointer *ids = g_hash_table_get_keys_as_array (self->installed, NULL);

  self->decided = suture_boot_begin (self->boot, name, (const char *const *) ids);
  /* a unit that is started once more is no other start */
  g_assert_false (suture_boot_begin (self->boot, name, (const char *const *) ids));
}

static void
step (Computer *self, const char *word)
{
  g_autofree char *name = g_strdup_printf ("start-%u", self->starts);

  reload (self);
  if (*word == '+' || *word == '-')
    {
      suture_boot_forget (self->boot, word + 1);
      if (*word == '+')
        g_hash_table_add (self->installed, g_strdup (word + 1));
      else
        g_hash_table_remove (self->installed, word + 1);
    }
  else if (g_str_equal (word, "on") || g_str_equal (word, "off"))
    {
      suture_boot_set_without (self->boot, g_str_equal (word, "off"));
      begin (self);
      suture_boot_set_without (self->boot, FALSE);
    }
  else if (g_str_equal (word, "mark"))
    suture_boot_complete (self->boot, name);
  else if (g_str_equal (word, "down"))
    suture_boot_end (self->boot, name);
  else
    g_assert_true (g_str_equal (word, "cut"));
}

/* The installed ids that are merged, or, with @out, left out; sorted, with blanks between. */
static char *
ids (Computer *self, gboolean out)
{
  g_autoptr (GList) all = g_list_sort (g_hash_table_get_keys (self->installed), (GCompareFunc) strcmp);
  g_autoptr (GString) text = g_string_new (NULL);

  for (GList *one = all; one != NULL; one = one->next)
    if ((suture_boot_leaves_out (self->boot, one->data) != NULL) == out)
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", (const char *) one->data);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_histories (void)
{
  static const struct
  {
    const char *steps;
    const char *merged;
    const char *left_out;
  } cases[] = {
    { "on", "", "" },
    { "+a on", "a", "" },
    { "+a on cut on", "a", "" },
    { "+a on cut on cut on", "", "a" },
    { "+a on cut on cut", "a", "" },
    /* one that finishes in between begins anew */
    { "+a on cut on mark down on cut on cut on cut on", "a", "" },
    { "+a on mark cut on cut on cut on cut on", "a", "" },
    /* what was there before stays */
    { "+a on mark down +b on cut on cut on", "a", "b" },
    { "+a on mark +b cut on cut on cut on", "a", "b" },
    { "+a on mark down +b +c on cut on cut on", "a", "b c" },
    { "+a on mark down +b on cut +c on cut on", "a", "b c" },
    /* it stays out, whatever comes */
    { "+a on cut on cut on mark down on mark down on", "", "a" },
    { "+a on cut on cut on cut on cut on cut on", "", "a" },
    { "+a on mark down +b on cut on cut on mark down +c on mark down on", "a c", "b" },
    { "+a on mark down +b on cut on cut on mark down +c on cut on cut on", "a", "b c" },
    /* until it is removed, or installed again: then it has two starts once more */
    { "+a on cut on cut on mark -a down on", "", "" },
    { "+a on cut on cut on mark +a", "a", "" },
    { "+a on cut on cut on mark +a down on cut on", "a", "" },
    { "+a on cut on cut on mark +a down on cut on cut on", "", "a" },
    { "+a on mark down -a +a on cut on cut on", "", "a" },
    { "+a on mark down -a on cut on cut on +a", "a", "" },
    /* a start that was shut down has not failed, and does not make good what failed */
    { "+a on down on down on down on", "a", "" },
    { "+a on cut on down on down on", "a", "" },
    { "+a on cut on down on cut on", "", "a" },
    { "+a on down on cut on", "a", "" },
    /* a shutdown after the mark takes nothing back */
    { "+a on mark down on cut on cut on cut on", "a", "" },
    /* what is installed in a start was not tried with it */
    { "on +a cut on cut on", "a", "" },
    { "on cut +a on cut on", "a", "" },
    { "on +a mark cut on cut on cut on", "", "a" },
    { "+a on mark down on -a +a mark cut on cut on cut on", "", "a" },
    /* starts that were asked to go without count for nothing */
    { "+a off cut off cut off cut on", "a", "" },
    { "+a on cut off cut off mark down on", "a", "" },
    { "+a on cut off mark down on cut on", "", "a" },
    { "+a on cut on off mark down on", "", "a" },
    /* nothing new: nothing to blame */
    { "on cut on cut on cut on", "", "" },
    { "+a on mark down -a on cut on cut on cut +b on", "b", "" },
    /* one that is taken out meanwhile does not count against the next */
    { "+a on cut on -a cut on cut +b on", "b", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Computer computer = { g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL), suture_boot_new (), 0, FALSE };
      g_auto (GStrv) steps = g_strsplit (cases[i].steps, " ", -1);
      g_autofree char *merged = NULL;
      g_autofree char *left_out = NULL;

      for (gsize s = 0; steps[s] != NULL; s++)
        step (&computer, steps[s]);
      merged = ids (&computer, FALSE);
      left_out = ids (&computer, TRUE);
      if (!g_str_equal (merged, cases[i].merged) || !g_str_equal (left_out, cases[i].left_out))
        g_error ("%s: merged \"%s\", left out \"%s\"", cases[i].steps, merged, left_out);
      g_hash_table_unref (computer.installed);
      suture_boot_free (computer.boot);
    }
}

/* It is said once, by the start that decides. */
static void
test_decision (void)
{
  const char *const installed[] = { "a", NULL };
  g_autoptr (SutureBoot) boot = suture_boot_new ();

  g_assert_false (suture_boot_begin (boot, "1", installed));
  g_assert_false (suture_boot_begin (boot, "2", installed));
  g_assert_true (suture_boot_begin (boot, "3", installed));
  g_assert_cmpstr (suture_boot_leaves_out (boot, "a"), ==, "boot");
  g_assert_false (suture_boot_begin (boot, "4", installed));
  /* another start than the one that runs is not believed */
  suture_boot_complete (boot, "3");
  g_assert_cmpstr (suture_boot_leaves_out (boot, "a"), ==, "boot");
  g_assert_null (suture_boot_leaves_out (boot, "b"));
  suture_boot_set_without (boot, TRUE);
  g_assert_cmpstr (suture_boot_leaves_out (boot, "b"), ==, "asked");
  g_assert_cmpstr (suture_boot_leaves_out (boot, "a"), ==, "boot");
}

static void
write_record (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_path_get_dirname (suture_path (SUTURE_PATH_ROOT_BOOT));

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (suture_path (SUTURE_PATH_ROOT_BOOT), text, -1, &error);
  g_assert_no_error (error);
}

static void
write_command_line (const char *text)
{
  g_assert_true (g_file_set_contents (suture_path (SUTURE_PATH_COMMAND_LINE), text, -1, NULL));
}

#define RECORD(failed, out) \
  "{\"boot\":\"x\",\"ended\":\"not\",\"failed\":" failed ",\"format\":1,\"good\":[],\"left_out\":[" out "],\"tried\":[]}"

static void
test_disk (void)
{
  g_autoptr (SutureBoot) boot = NULL;
  g_autoptr (SutureBoot) again = NULL;
  g_autoptr (GError) error = NULL;
  const char *const installed[] = { "demo-a", NULL };
  struct stat status;

  test_paths_init ();
  write_command_line ("root=/dev/vda\n");
  boot = suture_boot_load ();
  g_assert_false (suture_boot_is_without (boot));
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      (void) suture_boot_begin (boot, name, installed);
    }
  g_assert_true (suture_boot_save (boot, &error));
  g_assert_no_error (error);
  g_assert_cmpint (stat (suture_path (SUTURE_PATH_ROOT_BOOT), &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  again = suture_boot_load ();
  g_assert_cmpstr (suture_boot_leaves_out (again, "demo-a"), ==, "boot");
  test_paths_clear ();
}

static guint said; /* warnings that the record is damaged */

static GLogWriterOutput
listen_to_log (GLogLevelFlags level, const GLogField *fields, gsize length, gpointer user_data)
{
  for (gsize i = 0; i < length; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && strstr (fields[i].value, "the record of starts is damaged") != NULL)
      said++;
  return g_log_writer_default (level, fields, length, user_data);
}

/* What is damaged is like nothing, and said; the next save puts it right. */
static void
test_damage (void)
{
  const char *const records[] = {
    "", "{", "[]", "{}", RECORD ("-1", ""), RECORD ("3", ""), RECORD ("1", "\"../x\""), RECORD ("1", "7"),
    "{\"boot\":\"x\",\"ended\":\"soon\",\"failed\":1,\"format\":1,\"good\":[],\"left_out\":[],\"tried\":[]}",
    "{\"boot\":\"x\",\"ended\":\"not\",\"failed\":1,\"format\":2,\"good\":[],\"left_out\":[],\"tried\":[]}",
    "{\"boot\":\"x\",\"ended\":\"not\",\"failed\":1,\"format\":1,\"good\":[],\"left_out\":[],\"tried\":[],\"more\":1}",
  };

  test_paths_init ();
  write_command_line ("");
  for (gsize i = 0; i < G_N_ELEMENTS (records); i++)
    {
      g_autoptr (SutureBoot) boot = NULL;
      g_autoptr (GError) error = NULL;

      write_record (records[i]);
      said = 0;
      boot = suture_boot_load ();
      g_assert_cmpuint (said, ==, 1);
      g_assert_null (suture_boot_leaves_out (boot, "demo-a"));
      g_assert_true (suture_boot_save (boot, &error));
      g_assert_no_error (error);
      suture_boot_free (boot);
      boot = suture_boot_load ();
      g_assert_cmpuint (said, ==, 1);
    }
  write_record (RECORD ("1", "\"demo-a\""));
  {
    g_autoptr (SutureBoot) boot = suture_boot_load ();

    g_assert_cmpstr (suture_boot_leaves_out (boot, "demo-a"), ==, "boot");
  }
  test_paths_clear ();
}

/* A start has one name, from its beginning on. */
static void
test_name (void)
{
  g_autofree char *folder = NULL;
  g_autofree char *none = NULL;
  g_autofree char *name = NULL;
  g_autofree char *again = NULL;
  g_autofree char *later = NULL;

  test_paths_init ();
  folder = g_path_get_dirname (suture_path (SUTURE_PATH_LOCK));
  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  none = suture_boot_current (FALSE);
  g_assert_cmpstr (none, ==, "");
  name = suture_boot_current (TRUE);
  g_assert_cmpuint (strlen (name), ==, 36);
  again = suture_boot_current (TRUE);
  later = suture_boot_current (FALSE);
  g_assert_cmpstr (again, ==, name);
  g_assert_cmpstr (later, ==, name);
  test_paths_clear ();
}

static void
test_word (void)
{
  const struct
  {
    const char *line;
    gboolean expected;
  } cases[] = {
    { "", FALSE },
    { "root=/dev/vda ro quiet\n", FALSE },
    { "root=/dev/vda ro quiet suture=off\n", TRUE },
    { "suture=off", TRUE },
    { "suture=off root=/dev/vda\n", TRUE },
    { "xsuture=off suture=offx suture=of suture= off Suture=off\n", FALSE },
    { "suture.off suture=on\n", FALSE },
  };

  test_paths_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SutureBoot) boot = NULL;

      g_assert_cmpint (suture_boot_has_word (cases[i].line), ==, cases[i].expected);
      write_command_line (cases[i].line);
      boot = suture_boot_load ();
      g_assert_cmpint (suture_boot_is_without (boot), ==, cases[i].expected);
    }
  test_paths_clear ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (listen_to_log, NULL, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL); /* warnings are expected here */
  g_test_add_func ("/boot/histories", test_histories);
  g_test_add_func ("/boot/decision", test_decision);
  g_test_add_func ("/boot/disk", test_disk);
  g_test_add_func ("/boot/damage", test_damage);
  g_test_add_func ("/boot/name", test_name);
  g_test_add_func ("/boot/word", test_word);
  return g_test_run ();
}
