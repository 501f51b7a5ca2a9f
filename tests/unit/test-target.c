/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/target.h"

#include "base/json.h"

static SutureTarget *
make (const char *custom)
{
  g_autofree char *text = g_strdup_printf ("{\"length\":1,\"hashes\":{\"sha256\":\"%064d\"},\"custom\":%s}", 0, custom);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (JsonNode) node = suture_json_parse_object (bytes, 1 << 20, NULL);
  g_autoptr (GError) error = NULL;
  SutureTarget *target = suture_target_parse ("role/demo-a.json", json_node_get_object (node), &error);

  g_assert_no_error (error);
  return target;
}

/* In order, clean, and without what is missing or no text. */
static void
test_archive (void)
{
  const struct
  {
    const char *custom, *links;
  } rows[] = {
    { "{}", "" },
    { "{\"archive\":7}", "" },
    { "{\"archive\":{}}", "" },
    { "{\"archive\":{\"suite\":\"bookworm-security\",\"origin\":\"Deb\\nian\\u202e\",\"key\":[],\"index\":\"aa\",\"release\":\"bb\"}}",
      "origin\nDeb ian|suite\nbookworm-security|release\nbb|packages\naa" },
    { "{\"archive\":{\"date\":\"2026-11-29T10:00:00Z\",\"packages\":[7,{},{\"name\":\"libx\",\"version\":\"1\",\"architecture\":\"amd64\","
      "\"sha256\":\"cc\"},{\"name\":\"liby\"}]}}",
      "date\n2026-11-29T10:00:00Z|package\nlibx 1 amd64 cc|package\nliby   " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureTarget) target = make (rows[i].custom);
      g_auto (GStrv) links = suture_target_read_archive (target);
      g_autofree char *joined = g_strjoinv ("|", links);

      g_assert_cmpstr (joined, ==, rows[i].links);
    }
}

static void
test_archive_is_bounded (void)
{
  g_autoptr (GString) custom = g_string_new ("{\"archive\":{\"packages\":[");
  g_autofree char *name = g_strnfill (1000, 'a');
  g_autoptr (SutureTarget) target = NULL;
  g_auto (GStrv) links = NULL;

  for (guint i = 0; i < 300; i++)
    g_string_append_printf (custom, "%s{\"name\":\"%s\"}", i > 0 ? "," : "", name);
  g_string_append (custom, "]}}");
  target = make (custom->str);
  links = suture_target_read_archive (target);
  g_assert_cmpuint (g_strv_length (links), ==, SUTURE_TARGET_ARCHIVE_MAX);
  g_assert_cmpuint (strlen (links[0]), ==, strlen ("package\n") + SUTURE_TARGET_ARCHIVE_MAX + 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/target/archive", test_archive);
  g_test_add_func ("/target/archive-is-bounded", test_archive_is_bounded);
  return g_test_run ();
}
