/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "feed/metadata.h"

#include "base/error.h"
#include "base/json.h"
#include "feed/target.h"

/* What @body, unsigned, is as metadata of @type. */
static SutureMetadata *
parse (const char *body, SutureMetadataType type, GError **error)
{
  g_autofree char *text = g_strdup_printf ("{\"signatures\":[],\"signed\":%s}", body);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  SutureEnvelope *envelope = suture_envelope_parse (bytes, 1 << 20, error);

  return envelope != NULL ? suture_metadata_parse (envelope, type, error) : NULL;
}

static void
assert_parses (const char *body, SutureMetadataType type, gboolean fine)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureMetadata) metadata = parse (body, type, &error);

  g_test_message ("%s", body);
  g_assert_cmpint (metadata != NULL, ==, fine);
  if (!fine)
    g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
}

#define TARGETS(version, spec, expires)                                                                                \
  "{\"_type\":\"targets\",\"version\":" version ",\"spec_version\":\"" spec "\",\"expires\":\"" expires               \
  "\",\"targets\":{}}"
#define DATE "2030-01-01T00:00:00Z"

static void
test_common (void)
{
  const char *good[] = {
    TARGETS ("1", "1.0", DATE), TARGETS ("1", "1.0.31", DATE), TARGETS ("9223372036854775807", "1.99.0", DATE),
    TARGETS ("1", "1.0.0", "9999-12-31T23:59:59Z"), TARGETS ("1", "1.0.0", "1970-01-01T00:00:00Z"),
  };
  const char *bad[] = {
    TARGETS ("0", "1.0", DATE), TARGETS ("-1", "1.0", DATE), TARGETS ("\"1\"", "1.0", DATE), TARGETS ("null", "1.0", DATE),
    TARGETS ("1", "1", DATE), TARGETS ("1", "2.0", DATE), TARGETS ("1", "0.9", DATE), TARGETS ("1", "10.0", DATE),
    TARGETS ("1", "1.", DATE), TARGETS ("1", "1.0.0.0", DATE), TARGETS ("1", "1.x", DATE), TARGETS ("1", "", DATE),
    TARGETS ("1", "1.-1", DATE), TARGETS ("1", " 1.0", DATE), TARGETS ("1", "1.0", ""), TARGETS ("1", "1.0", "2030-01-01"),
    TARGETS ("1", "1.0", "2030-01-01T00:00:00"), TARGETS ("1", "1.0", "2030-01-01T00:00:00z"),
    TARGETS ("1", "1.0", "2030-01-01 00:00:00Z"), TARGETS ("1", "1.0", "2030-01-01T00:00:00+01"),
    TARGETS ("1", "1.0", "2030-13-01T00:00:00Z"), TARGETS ("1", "1.0", "2030-02-30T00:00:00Z"),
    TARGETS ("1", "1.0", "2030-01-01T24:00:00Z"), TARGETS ("1", "1.0", "2030-01-01T00:00:60Z"),
    TARGETS ("1", "1.0", "2030-01-01T00:00:00.5Z"), TARGETS ("1", "1.0", "20300101T000000Z"), "{}", "[]", "1",
    "{\"_type\":\"root\",\"version\":1,\"spec_version\":\"1.0\",\"expires\":\"" DATE "\",\"targets\":{}}",
    "{\"_type\":\"targets\",\"version\":1,\"spec_version\":\"1.0\",\"expires\":\"" DATE "\"}",
    "{\"_type\":\"targets\",\"version\":1,\"spec_version\":\"1.0\",\"expires\":\"" DATE "\",\"targets\":[]}",
    "{\"_type\":\"targets\",\"version\":1,\"spec_version\":\"1.0\",\"expires\":\"" DATE
    "\",\"targets\":{},\"delegations\":{}}",
  };
  g_autoptr (SutureMetadata) metadata = parse (good[0], SUTURE_METADATA_TARGETS, NULL);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    assert_parses (good[i], SUTURE_METADATA_TARGETS, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_parses (bad[i], SUTURE_METADATA_TARGETS, FALSE);
  g_assert_cmpint (metadata->expires, ==, 1893456000);
  g_assert_true (suture_metadata_check_expiry (metadata, 1893455999, "targets", &error));
  g_assert_false (suture_metadata_check_expiry (metadata, 1893456000, "targets", &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_STALE);
}

#define HEAD(type) "{\"_type\":\"" type "\",\"version\":1,\"spec_version\":\"1.0\",\"expires\":\"" DATE "\","
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static void
test_files (void)
{
  const struct
  {
    const char *body;
    gboolean fine;
  } rows[] = {
    { HEAD ("timestamp") "\"meta\":{\"snapshot.json\":{\"version\":1}}}", TRUE },
    { HEAD ("timestamp") "\"meta\":{\"snapshot.json\":{\"version\":1,\"length\":9,\"hashes\":{\"sha256\":\"" ZEROS "\"}}}}",
      TRUE },
    { HEAD ("timestamp") "\"issued\":\"2029-01-01T00:00:00Z\",\"meta\":{\"snapshot.json\":{\"version\":1}}}", TRUE },
    { HEAD ("timestamp") "\"issued\":\"2030-01-01T00:00:00Z\",\"meta\":{\"snapshot.json\":{\"version\":1}}}", FALSE },
    { HEAD ("timestamp") "\"issued\":1,\"meta\":{\"snapshot.json\":{\"version\":1}}}", FALSE },
    { HEAD ("timestamp") "\"meta\":{}}", FALSE },
    { HEAD ("timestamp") "\"meta\":{\"targets.json\":{\"version\":1}}}", FALSE },
    { HEAD ("timestamp") "\"meta\":{\"snapshot.json\":{}}}", FALSE },
    { HEAD ("timestamp") "\"meta\":{\"snapshot.json\":{\"version\":0}}}", FALSE },
    { HEAD ("timestamp") "\"meta\":{\"snapshot.json\":{\"version\":1,\"length\":0}}}", FALSE },
    { HEAD ("timestamp") "\"meta\":{\"snapshot.json\":{\"version\":1,\"length\":-1}}}", FALSE },
    { HEAD ("timestamp") "\"meta\":{\"snapshot.json\":{\"version\":1,\"hashes\":{}}}}", FALSE },
    { HEAD ("timestamp") "\"meta\":{\"snapshot.json\":{\"version\":1,\"hashes\":{\"md5\":\"00\"}}}}", FALSE },
    { HEAD ("timestamp") "\"meta\":{\"snapshot.json\":{\"version\":1,\"hashes\":{\"sha256\":\"00\"}}}}", FALSE },
    { HEAD ("timestamp") "\"meta\":{\"snapshot.json\":{\"version\":1,\"hashes\":{\"sha256\":\"../../x\"}}}}", FALSE },
    { HEAD ("timestamp") "\"meta\":{\"snapshot.json\":null}}", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_parses (rows[i].body, SUTURE_METADATA_TIMESTAMP, rows[i].fine);
}

#define ROLE(threshold) "{\"keyids\":[\"k\"],\"threshold\":" threshold "}"

static void
test_root (void)
{
  const char *three = "\"root\":" ROLE ("1") ",\"timestamp\":" ROLE ("1") ",\"snapshot\":" ROLE ("1");
  const char *thresholds[] = { "0", "-1", "\"1\"", "null", "[]" };
  g_autofree char *good = g_strdup_printf (HEAD ("root") "\"keys\":{},\"roles\":{%s,\"targets\":%s}}", three, ROLE ("1"));
  g_autofree char *missing = g_strdup_printf (HEAD ("root") "\"keys\":{},\"roles\":{%s}}", three);
  g_autofree char *no_keys = g_strdup_printf (HEAD ("root") "\"roles\":{%s,\"targets\":%s}}", three, ROLE ("1"));

  assert_parses (good, SUTURE_METADATA_ROOT, TRUE);
  assert_parses (missing, SUTURE_METADATA_ROOT, FALSE);
  assert_parses (no_keys, SUTURE_METADATA_ROOT, FALSE);
  for (gsize i = 0; i < G_N_ELEMENTS (thresholds); i++)
    {
      g_autofree char *bad = g_strdup_printf (HEAD ("root") "\"keys\":{},\"roles\":{%s,\"targets\":"
                                              "{\"keyids\":[\"k\"],\"threshold\":%s}}}",
                                              three, thresholds[i]);

      assert_parses (bad, SUTURE_METADATA_ROOT, FALSE);
    }
}

static void
test_envelope (void)
{
  const char *bad[] = {
    "{}", "{\"signed\":{}}", "{\"signatures\":[]}", "{\"signatures\":{},\"signed\":{}}", "{\"signatures\":[],\"signed\":[]}",
    "{\"signatures\":[1],\"signed\":{}}", "{\"signatures\":[{}],\"signed\":{}}",
    "{\"signatures\":[{\"keyid\":\"a\"}],\"signed\":{}}", "{\"signatures\":[{\"keyid\":\"a\",\"sig\":1}],\"signed\":{}}",
    "{\"signatures\":[{\"keyid\":\"a\",\"sig\":\"\"},{\"keyid\":\"a\",\"sig\":\"00\"}],\"signed\":{}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (bad[i], strlen (bad[i]));
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_null (suture_envelope_parse (bytes, 1000, &error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
    }
}

static void
test_target (void)
{
  const char *text = "{\"length\":1,\"hashes\":{\"sha256\":\"" ZEROS "\"}}";
  const char *bad[] = {
    "{}", "{\"length\":1}", "{\"length\":-1,\"hashes\":{\"sha256\":\"" ZEROS "\"}}",
    "{\"length\":1,\"hashes\":{\"md5\":\"00\"}}", "{\"length\":1,\"hashes\":{}}",
    "{\"length\":1,\"hashes\":{\"sha256\":\"" ZEROS "\"},\"custom\":1}",
    "{\"length\":1,\"hashes\":{\"sha256\":\"" ZEROS "\",\"sha512\":\"" ZEROS "\"}}",
  };
  const char *bad_paths[] = { "", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "../a" };
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  g_autoptr (SutureTarget) target = suture_target_parse ("a/b/c.json", json_node_get_object (node), NULL);
  g_autoptr (SutureTarget) plain = suture_target_parse ("c.json", json_node_get_object (node), NULL);
  g_autofree char *place = suture_target_place (target, TRUE);
  g_autofree char *plain_place = suture_target_place (plain, TRUE);
  g_autofree char *path = suture_target_place (target, FALSE);

  g_assert_cmpstr (place, ==, "a/b/" ZEROS ".c.json");
  g_assert_cmpstr (plain_place, ==, ZEROS ".c.json");
  g_assert_cmpstr (path, ==, "a/b/c.json");
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonNode) bad_node = json_from_string (bad[i], NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (suture_target_parse ("a", json_node_get_object (bad_node), &error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (suture_target_parse (bad_paths[i], json_node_get_object (node), &error));
      g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
    }
}

/* Each digest that is given must be right, and one must be given. */
static void
test_hashes (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("abc", 3);
  g_autofree char *right256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autofree char *right512 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA512, bytes);
  g_autofree char *wrong256 = g_strnfill (64, '0');
  g_autofree char *wrong512 = g_strnfill (128, '0');
  const struct
  {
    const char *sha256, *sha512;
    gboolean fine;
  } rows[] = {
    { right256, NULL, TRUE },      { NULL, right512, TRUE },      { right256, right512, TRUE }, { wrong256, right512, FALSE },
    { right256, wrong512, FALSE }, { wrong256, wrong512, FALSE }, { wrong256, NULL, FALSE },    { NULL, wrong512, FALSE },
    { NULL, NULL, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (suture_hashes_check (rows[i].sha256, rows[i].sha512, bytes, "it", &error), ==, rows[i].fine);
      if (!rows[i].fine)
        g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_HASH);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metadata/common", test_common);
  g_test_add_func ("/metadata/files", test_files);
  g_test_add_func ("/metadata/S15/root", test_root);
  g_test_add_func ("/metadata/S15/envelope", test_envelope);
  g_test_add_func ("/metadata/target", test_target);
  g_test_add_func ("/metadata/hashes", test_hashes);
  return g_test_run ();
}
