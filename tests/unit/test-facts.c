/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/facts.h"

#include "engine/plan.h"
#include "history/record.h"
#include "test-activation.h"
#include "test-manifest.h"
#include "test-paths.h"

#define HOLDS(id, number, merged, content) \
  "{ \"error\": \"\", \"message\": \"\", \"units\": [], \"active\": [ { \"id\": \"" id "\", \"feed\": \"vendor\"," \
  " \"component\": \"demo\", \"number\": " number ", \"merged\": " merged ", \"content\": \"" content "\" } ] }"
#define ALL(state) { state, state, state, state, state, state }

/* demo-a replaces two files; @content of each, NULL: not there; whether the machine is of another release. */
static const struct
{
  const char *one, *two;
  gboolean other;
} contents[] = {
  { "old one", "old two", FALSE }, /* applies */
  { "new one", "new two", FALSE }, /* included */
  { "else", "old two", FALSE },    /* superseded */
  { "old one", "new two", FALSE }, /* mixed */
  { NULL, NULL, FALSE },           /* not installed */
  { "old one", "old two", TRUE },  /* for another base */
};

/* The table of helper/README.md: what root said, and the state with each content. NULL: it is not shown. */
static const struct
{
  const char *name;
  const char *answer;  /* NULL: nothing yet */
  gboolean in_history; /* as installed */
  const char *states[G_N_ELEMENTS (contents)];
} table[] = {
  { "merged", HOLDS ("demo-a", "1", "true", "applies"), TRUE, ALL ("active") },
  { "not-merged", HOLDS ("demo-a", "1", "false", "applies"), TRUE, ALL ("inactive") },
  { "overtaken", HOLDS ("demo-a", "1", "false", "superseded"), TRUE, ALL ("overtaken") },
  { "not-known-to-root", HOLDS ("demo-a", "1", "false", "unknown"), TRUE, ALL ("overtaken") },
  { "nothing-yet", NULL, TRUE, ALL ("inactive") },
  { "nothing-yet-nor-before", NULL, FALSE, { "available", "included", "superseded", "mixed", "not-installed", NULL } },
  { "later", HOLDS ("demo-b", "2", "true", "applies"), FALSE, { "replaced", "replaced", "replaced", "replaced", "replaced", NULL } },
  { "none", "{ \"error\": \"\", \"message\": \"\", \"active\": [], \"units\": [] }", TRUE,
    { "available", "included", "superseded", "mixed", "not-installed", NULL } },
};

static void
put (const char *name, const char *content)
{
  g_autofree char *path = g_build_filename (suture_path (SUTURE_PATH_USR), "lib", name, NULL);

  if (content != NULL)
    g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

static GPtrArray *
make_known (const char *target)
{
  const char *old_one[] = { "old one" }, *old_two[] = { "old two" };
  g_autofree char *one = test_manifest_file ("/usr/lib/libdemo.so.1", "new one", old_one, 1);
  g_autofree char *two = test_manifest_file ("/usr/lib/libdemo.so.2", "new two", old_two, 1);
  g_autofree char *files = g_strconcat (one, ", ", two, NULL);
  const TestManifest manifest = { .files = files };
  g_autoptr (GBytes) json = test_manifest_json (&manifest);
  GPtrArray *known = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_known_unref);

  g_ptr_array_add (known, suture_known_new ("vendor", target, json, NULL));
  g_assert_nonnull (g_ptr_array_index (known, 0));
  return known;
}

static void
write_history (SutureDatabase *database)
{
  g_autoptr (SutureRecord) record = g_new0 (SutureRecord, 1);

  record->event = g_strdup ("installed");
  record->improvement = g_strdup ("demo-a");
  record->component = g_strdup ("demo");
  record->title = g_strdup ("Demo");
  record->letter = g_strdup ("a");
  record->by = g_strdup ("user");
  record->error = g_strdup ("");
  record->message = g_strdup ("");
  g_assert_true (suture_record_close (database, "", record, NULL, NULL));
}

/* What may be put in place (again): what is inactive too has to fit. */
static gboolean
is_installable (const char *state, gsize column)
{
  return g_strcmp0 (state, "available") == 0 || (g_strcmp0 (state, "inactive") == 0 && column == 0);
}

static gboolean
is_removable (const char *state)
{
  return g_strcmp0 (state, "active") == 0 || g_strcmp0 (state, "inactive") == 0 || g_strcmp0 (state, "overtaken") == 0;
}

/* State and what is allowed; an improvement that no feed lists any more is as possible to remove, and not to install. */
static void
check_cell (SutureDatabase *database, TestActivation *server, gsize row, gsize column, const char *target)
{
  g_autoptr (GPtrArray) known = make_known (target);
  g_autoptr (SutureFacts) facts = NULL;
  g_autoptr (SuturePlan) install = NULL;
  g_autoptr (SuturePlan) removal = NULL;
  const SutureImprovement *improvement;
  const char *state = table[row].states[column];

  if (table[row].answer != NULL)
    test_activation_answer (server, table[row].answer);
  facts = suture_facts_new (database, known, table[row].answer != NULL ? suture_activation_list (NULL) : NULL);
  improvement = suture_facts_find (facts, "demo-a");
  g_test_message ("%s, content %zu", table[row].name, column);
  g_assert_cmpstr (improvement != NULL ? improvement->state : NULL, ==, state);
  install = suture_plan_new (facts, SUTURE_PLAN_INSTALL, "demo-a", NULL);
  removal = suture_plan_new (facts, SUTURE_PLAN_REMOVE, "demo-a", NULL);
  g_assert_true ((install != NULL) == (target != NULL && is_installable (state, column)));
  g_assert_true ((removal != NULL) == is_removable (state));
}

static void
test_row (gconstpointer data)
{
  gsize row = GPOINTER_TO_SIZE (data);

  for (gsize column = 0; column < G_N_ELEMENTS (contents); column++)
    {
      g_autoptr (SutureDatabase) database = NULL;
      TestActivation *server;

      test_paths_init ();
      database = suture_database_open ();
      server = test_activation_new ();
      put ("libdemo.so.1", contents[column].one);
      put ("libdemo.so.2", contents[column].two);
      if (contents[column].other)
        put ("os-release", "ID=debian\nVERSION_ID=\"13\"\n");
      if (table[row].in_history)
        write_history (database);
      check_cell (database, server, row, column, "role/demo-a.json");
      check_cell (database, server, row, column, NULL);
      test_activation_free (server);
      g_clear_pointer (&database, suture_database_free);
      test_paths_clear ();
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autofree char *path = g_strdup_printf ("/facts/state/%s", table[i].name);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_row);
    }
  return g_test_run ();
}
