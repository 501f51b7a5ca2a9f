/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/system-update.h"

static char *
sentence_of (const char *why, const char *detail)
{
  SutureSystemUpdate update = { (char *) "linux", (char *) "1", (char *) "2", (char *) why, (char *) detail };

  return suture_system_update_sentence (&update);
}

/* Each word of the table in publisher/local/README.md has a sentence of its own. */
static void
test_every_word (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "..", "publisher", "local", "README.md", NULL);
  g_autofree char *general = sentence_of ("what nobody knows", "x");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) lines = NULL;
  g_autofree char *text = NULL;
  gboolean in_table = FALSE;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], "|", -1);
      char *sentence;

      in_table = g_str_has_prefix (lines[i], "| why |") || (in_table && *lines[i] == '|');
      if (!in_table || g_str_has_prefix (lines[i], "| why |") || g_str_has_prefix (lines[i], "|--"))
        continue;
      sentence = sentence_of (g_strstrip (cells[1]), "/usr/lib/x");
      g_assert_cmpstr (sentence, !=, general);
      g_assert_null (strstr (sentence, "%s"));
      g_assert_true (g_hash_table_add (seen, sentence));
    }
  g_assert_cmpuint (g_hash_table_size (seen), >=, 14);
}

static void
test_details (void)
{
  g_autofree char *held = sentence_of ("held", "linux-image-amd64");
  g_autofree char *without = sentence_of ("held", "");
  g_autofree char *hostile = sentence_of ("fetch", "100%s %n");

  g_assert_cmpstr (held, ==, "The package “linux-image-amd64” is held on this computer (apt-mark hold).");
  g_assert_cmpstr (without, ==, "It can’t be prepared on this computer.");
  g_assert_cmpstr (hostile, ==, "Its packages could not be fetched: 100%s %n");
}

static void
test_list (void)
{
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(sssss)"));
  g_autoptr (GVariant) other = g_variant_ref_sink (g_variant_new ("s", "x"));
  g_autoptr (GPtrArray) none = suture_system_update_list (NULL);
  g_autoptr (GPtrArray) wrong = suture_system_update_list (other);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GVariant) value = NULL;

  for (guint i = 0; i < 1030; i++)
    g_variant_builder_add (&builder, "(sssss)", "linux\033", "1", "2", "kernel", "a\033b");
  value = g_variant_ref_sink (g_variant_builder_end (&builder));
  list = suture_system_update_list (value);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (wrong->len, ==, 0);
  g_assert_cmpuint (list->len, ==, 1024);
  g_assert_cmpstr (((SutureSystemUpdate *) g_ptr_array_index (list, 0))->component, ==, "linux");
  g_assert_cmpstr (((SutureSystemUpdate *) g_ptr_array_index (list, 0))->detail, ==, "ab");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/system-update/every-word", test_every_word);
  g_test_add_func ("/system-update/details", test_details);
  g_test_add_func ("/system-update/list", test_list);
  return g_test_run ();
}
