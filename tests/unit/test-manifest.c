/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/error.h"
#include "verify/manifest.h"

/* data/manifest.example.json is a good one; each row breaks one member of it. */
static char *
example (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "../../data/manifest.example.json", NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static SutureManifest *
parse (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return suture_manifest_parse (bytes, error);
}

static void
test_example (void)
{
  const char *const locales[] = { "de_DE.UTF-8", "de", "C", NULL };
  const char *const other[] = { "fr", NULL };
  g_autofree char *text = example ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureManifest) manifest = parse (text, &error);
  g_autofree char *extension = NULL;
  const SutureManifestFile *file;
  const SuturePayload *payload;

  g_assert_no_error (error);
  extension = suture_manifest_extension (manifest);
  g_assert_cmpstr (extension, ==, "suture-openssl-a");
  g_assert_cmpstr (manifest->component, ==, "openssl");
  g_assert_cmpuint (manifest->number, ==, 1);
  g_assert_cmpstr (manifest->severity, ==, "high");
  g_assert_cmpstr (suture_manifest_text (manifest->title, locales), ==, "Verschlüsselte Verbindungen");
  g_assert_cmpstr (suture_manifest_text (manifest->title, other), ==, "Encrypted Connections");
  g_assert_cmpstr (((GStrv) g_ptr_array_index (manifest->vulnerabilities, 0))[0], ==, "CVE-2026-0001");
  g_assert_cmpuint (manifest->files->len, ==, 2);
  file = g_ptr_array_index (manifest->files, 0);
  g_assert_cmpint (file->type, ==, SUTURE_FILE_SYMLINK);
  g_assert_cmpstr (file->content, ==, "libnew.so.1.2");
  g_assert_null (g_ptr_array_index (file->old, 0));
  file = g_ptr_array_index (manifest->files, 1);
  g_assert_cmpint (file->type, ==, SUTURE_FILE_REGULAR);
  g_assert_cmpuint (file->mode, ==, 0644);
  g_assert_cmpuint (manifest->image_size, ==, 5664768);
  g_assert_cmpuint (manifest->payloads->len, ==, 2);
  payload = g_ptr_array_index (manifest->payloads, 0);
  g_assert_cmpint (payload->base, ==, -1);
  payload = g_ptr_array_index (manifest->payloads, 1);
  g_assert_cmpint (payload->base, ==, 0);
  g_assert_false (manifest->reboot);
}

#define HEX62 "00000000000000000000000000000000000000000000000000000000000000"

static const struct
{
  const char *name;
  const char *find, *replace;
  const char *complaint; /* part of the message */
} wrongs[] = {
  { "format", "\"format\": 1", "\"format\": 2", "format" },
  { "format-missing", "\"format\": 1,", "", "format" },
  { "id-path", "\"openssl-a\"", "\"../a\"", "id" },
  { "id-empty", "\"openssl-a\"", "\"\"", "id" },
  { "id-number", "\"openssl-a\"", "7", "id" },
  { "component", "\"component\": \"openssl\"", "\"component\": \"Open SSL\"", "component" },
  { "number-zero", "\"number\": 1", "\"number\": 0", "number" },
  { "number-text", "\"number\": 1", "\"number\": \"1\"", "number" },
  { "kind", "\"security\"", "\"feature\"", "kind" },
  { "severity", "\"high\"", "\"awful\"", "severity" },
  { "exploited", "\"exploited\": false", "\"exploited\": 0", "exploited" },
  { "publisher", "\"publisher\": \"Example Vendor\"", "\"publisher\": []", "publisher" },
  { "title-without-english", "\"en\": \"Encrypted Connections\"", "\"fr\": \"Chiffrement\"", "title" },
  { "title-language", "\"de\":", "\"d e\":", "title" },
  { "description", "\"Fixes how encrypted connections are set up.\"", "null", "en" },
  { "vulnerability-member", "\"credit\": \"\"", "\"reward\": \"\"", "reward" },
  { "vulnerability-id", "\"id\": \"CVE-2026-0001\"", "\"id\": \"\"", "vulnerabilities" },
  { "base-id", "\"id\": \"debian\"", "\"id\": \"Debian GNU\"", "id" },
  { "base-architecture", "\"x86-64\"", "\"\"", "architecture" },
  { "no-base", "[ { \"label\": \"libssl3 3.0.20-1~deb12u2\" } ]", "[]", "bases" },
  { "result", "\"result\": {", "\"result\": { \"x\": 1,", "x" },
  { "path-outside", "/usr/lib/x86_64-linux-gnu/libssl.so.3", "/etc/x86_64-linux-gnu/libssl.so.3", "libssl" },
  { "path-dots", "/usr/lib/x86_64-linux-gnu/libssl.so.3", "/usr/lib/../../etc/libssl.so.3", "normalized" },
  { "path-denied", "/usr/lib/x86_64-linux-gnu/libssl.so.3", "/usr/share/polkit-1/rules.d/50.rules", "polkit" },
  { "path-order", "libnew.so.1\"", "zzz.so.1\"", "sorted" },
  { "path-twice", "/usr/lib/x86_64-linux-gnu/libnew.so.1\"", "/usr/lib/x86_64-linux-gnu/libssl.so.3\"", "sorted" },
  { "type", "\"type\": \"file\"", "\"type\": \"device\"", "type" },
  { "mode-world", "\"0644\"", "\"0666\"", "mode" },
  { "mode-digits", "\"0644\"", "\"0648\"", "mode" },
  { "mode-number", "\"0644\"", "420", "mode" },
  { "size-negative", "692368", "-1", "size" },
  { "size-fraction", "692368", "1.5", "JSON" },
  { "size-large", "692368", "1073741825", "size" },
  { "sha256-short", "\"sha256\": \"" HEX62 "aa\"", "\"sha256\": \"aa\"", "sha256" },
  { "sha256-upper", HEX62 "aa", HEX62 "AA", "sha256" },
  { "old-missing", "\"old\": [ null ]", "\"older\": [ null ]", "old" },
  { "old-count", "\"old\": [ null ]", "\"old\": [ null, null ]", "old" },
  { "old-kind", "\"old\": [ null ]", "\"old\": [ \"\" ]", "old" },
  { "old-digest", "\"old\": [ \"" HEX62 "bb\" ]", "\"old\": [ \"libold.so\" ]", "old" },
  { "old-all-new", "\"old\": [ \"" HEX62 "bb\" ]", "\"old\": [ null ]", "base 0" },
  { "target-empty", "\"target\": \"libnew.so.1.2\"", "\"target\": \"\"", "target" },
  { "target-missing", "\"target\": \"libnew.so.1.2\", ", "", "target" },
  { "obsolete-path", "libnew.so.1.1\"", "/../x\"", "normalized" },
  { "obsolete-digest", HEX62 "cc", "cc", "obsolete" },
  { "image-block", "5664768", "5664769", "image" },
  { "image-large", "5664768", "2147483648", "size" },
  { "image-digest", HEX62 "dd", "dd", "sha256" },
  { "verity-algorithm", "\"algorithm\": \"sha256\"", "\"algorithm\": \"md5\"", "verity" },
  { "verity-block", "\"block_size\": 4096", "\"block_size\": 512", "block_size" },
  { "verity-salt", "\"salt\": \"0", "\"salt\": \"x", "salt" },
  { "verity-root", HEX62 "ee", HEX62 "e", "root_hash" },
  { "payload-size", "1700000", "0", "size" },
  { "payload-base-missing", "\"base\": 0,", "", "base" },
  { "payload-base-unknown", "\"base\": 0,", "\"base\": 1,", "base" },
  { "payload-base-negative", "\"base\": 0,", "\"base\": -1,", "base" },
  { "payload-encoding", "\"encoding\": \"zstd-prefix\"", "\"encoding\": \"../x\"", "encoding" },
  { "restart", "\"restart\": []", "\"restart\": [ \"--now\" ]", "restart" },
  { "restart-kind", "\"restart\": []", "\"restart\": [ \"x.socket\" ]", "restart" },
  { "reopen", "\"reopen\": []", "\"reopen\": [ \"/x.desktop\" ]", "reopen" },
  { "reboot", "\"reboot\": false", "\"reboot\": \"no\"", "reboot" },
  { "health-kind", "\"reboot\": false", "\"reboot\": false, \"health\": {}", "health" },
  { "health-empty", "\"reboot\": false", "\"reboot\": false, \"health\": [ {} ]", "program" },
  { "health-both", "\"reboot\": false",
    "\"reboot\": false, \"health\": [ { \"unit\": \"a.service\", \"program\": \"/usr/bin/a\", \"seconds\": 1 } ]", "program" },
  { "health-unit", "\"reboot\": false", "\"reboot\": false, \"health\": [ { \"unit\": \"a.socket\", \"seconds\": 1 } ]", "unit" },
  { "health-unit-option", "\"reboot\": false",
    "\"reboot\": false, \"health\": [ { \"unit\": \"--a.service\", \"seconds\": 1 } ]", "unit" },
  { "health-no-time", "\"reboot\": false", "\"reboot\": false, \"health\": [ { \"unit\": \"a.service\" } ]", "seconds" },
  { "health-short", "\"reboot\": false", "\"reboot\": false, \"health\": [ { \"unit\": \"a.service\", \"seconds\": 0 } ]", "seconds" },
  { "health-long", "\"reboot\": false", "\"reboot\": false, \"health\": [ { \"unit\": \"a.service\", \"seconds\": 301 } ]", "seconds" },
  { "health-arguments", "\"reboot\": false",
    "\"reboot\": false, \"health\": [ { \"program\": \"/usr/bin/a\", \"seconds\": 1, \"arguments\": [ \"-c\" ] } ]", "arguments" },
  { "health-elsewhere", "\"reboot\": false", "\"reboot\": false, \"health\": [ { \"program\": \"/usr/lib/a\", \"seconds\": 1 } ]", "/usr/bin" },
  { "health-dots", "\"reboot\": false",
    "\"reboot\": false, \"health\": [ { \"program\": \"/usr/libexec/a/../../local/bin/a\", \"seconds\": 1 } ]", "/usr/bin" },
  { "health-words", "\"reboot\": false",
    "\"reboot\": false, \"health\": [ { \"program\": \"/usr/bin/a -c\", \"seconds\": 1 } ]", "/usr/bin" },
  { "unknown-member", "\"effects\": {", "\"run\": \"rm\", \"effects\": {", "run" },
  { "twice", "\"exploited\": false,", "\"exploited\": false, \"exploited\": true,", "twice" },
  { "not-closed", "\"reboot\": false }", "\"reboot\": false", "JSON" },
};

/* The example, its files in the order that is asked for. */
static char *
replaced (const char *find, const char *replace)
{
  g_autofree char *text = example ();
  const char *at = strstr (text, find);

  g_assert_nonnull (at);
  return g_strdup_printf ("%.*s%s%s", (int) (at - text), text, replace, at + strlen (find));
}

static void
test_wrong (gconstpointer data)
{
  gsize row = GPOINTER_TO_SIZE (data);
  g_autofree char *text = replaced (wrongs[row].find, wrongs[row].replace);
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureManifest) manifest = parse (text, &error);

  g_assert_null (manifest);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
  if (strstr (error->message, wrongs[row].complaint) == NULL)
    g_error ("\"%s\" does not speak of %s", error->message, wrongs[row].complaint);
}

static void
test_unknown_encoding (void)
{
  g_autofree char *text = replaced ("\"encoding\": \"zstd-prefix\", \"base\": 0",
                                    "\"encoding\": \"relink\", \"map\": [ 1 ]");
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureManifest) manifest = parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (manifest->payloads->len, ==, 1);
}

static void
test_health (void)
{
  g_autofree char *text = replaced ("\"reboot\": false",
                                    "\"reboot\": false, \"health\": [ { \"unit\": \"a@b.service\", \"seconds\": 300 },"
                                    " { \"program\": \"/usr/libexec/a/b-1.2\", \"seconds\": 1 } ]");
  g_autofree char *nine = NULL;
  g_autoptr (GString) many = g_string_new ("\"reboot\": false, \"health\": [");
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureManifest) manifest = parse (text, &error);
  const SutureHealthCheck *unit, *program;

  g_assert_no_error (error);
  g_assert_cmpuint (manifest->health->len, ==, 2);
  unit = g_ptr_array_index (manifest->health, 0);
  program = g_ptr_array_index (manifest->health, 1);
  g_assert_cmpstr (unit->unit, ==, "a@b.service");
  g_assert_null (unit->program);
  g_assert_cmpuint (unit->seconds, ==, 300);
  g_assert_cmpstr (program->program, ==, "/usr/libexec/a/b-1.2");
  g_assert_null (program->unit);
  for (int i = 0; i <= SUTURE_MANIFEST_HEALTH_MAX; i++)
    g_string_append_printf (many, "%s { \"unit\": \"a%d.service\", \"seconds\": 1 }", i > 0 ? "," : "", i);
  g_string_append (many, "]");
  nine = replaced ("\"reboot\": false", many->str);
  g_assert_null (parse (nine, &error));
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
}

static void
test_clean (void)
{
  g_autofree char *text = replaced ("Encrypted Connections", "Encry\\u001b[31mpted\\u202e\\nConnections");
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureManifest) manifest = parse (text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (suture_manifest_text (manifest->title, NULL), ==, "Encry[31mpted Connections");
}

/* Another product, version or architecture is another base. */
static void
test_S11_other_base (void)
{
  const struct
  {
    const char *id, *version_id, *architecture;
    gboolean is_for;
  } rows[] = {
    { "debian", "12", "x86-64", TRUE },    { "debian", "13", "x86-64", FALSE }, { "debian", "1", "x86-64", FALSE },
    { "debian", "", "x86-64", FALSE },     { "ubuntu", "12", "x86-64", FALSE }, { "debian", "12", "arm64", FALSE },
    { "debian-12", "", "x86-64", FALSE },
  };
  g_autofree char *text = example ();
  g_autoptr (SutureManifest) manifest = parse (text, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const SutureRelease release = { .id = (char *) rows[i].id, .version_id = (char *) rows[i].version_id,
                                      .architecture = (char *) rows[i].architecture };

      g_assert_cmpint (suture_manifest_is_for (manifest, &release), ==, rows[i].is_for);
    }
}

static void
test_large (void)
{
  g_autofree char *blanks = g_strnfill (SUTURE_MANIFEST_MAX, ' ');
  g_autofree char *text = replaced ("{", "{");
  g_autofree char *large = g_strconcat (text, blanks, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (SutureManifest) manifest = parse (large, &error);

  g_assert_null (manifest);
  g_assert_error (error, SUTURE_ERROR, SUTURE_ERROR_MALFORMED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/manifest/example", test_example);
  g_test_add_func ("/manifest/health", test_health);
  g_test_add_func ("/manifest/unknown-encoding", test_unknown_encoding);
  g_test_add_func ("/manifest/clean", test_clean);
  g_test_add_func ("/manifest/large", test_large);
  g_test_add_func ("/manifest/S11/other-base", test_S11_other_base);
  for (gsize i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autofree char *path = g_strconcat ("/manifest/wrong/", wrongs[i].name, NULL);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_wrong);
    }
  return g_test_run ();
}
