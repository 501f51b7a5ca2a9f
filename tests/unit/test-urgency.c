/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/urgency.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "test-tree.h"

/* A folder with debsecan's settings in it, and a program in its place that says @output and what it was asked. */
typedef struct
{
  char *top, *program, *config;
} Demo;

static Demo *
new (const char *source, const char *output)
{
  Demo *self = g_new0 (Demo, 1);
  g_autofree char *script = NULL;
  g_autofree char *address = NULL;
  g_autofree char *config = NULL;

  self->top = test_tree_new ();
  self->program = g_build_filename (self->top, "debsecan", NULL);
  self->config = g_build_filename (self->top, "config", NULL);
  script = g_strdup_printf ("#!/bin/sh\necho \"$@\" > %s/asked\ncat <<'END'\n%sEND\n", self->top, output);
  address = source != NULL ? g_strdup (source) : g_strdup_printf ("file://%s/data/", self->top);
  config = g_strdup_printf ("# settings\nREPORT=true\nSUITE=GENERIC\nSOURCE=\nSOURCE=\"%s\"\n", address);
  test_tree_write (self->top, "/debsecan", script, 0755);
  test_tree_write (self->top, "/config", config, 0644);
  test_tree_write (self->top, "/data/bookworm", "data", 0644);
  return self;
}

static void
demo_free (Demo *self)
{
  test_tree_remove (self->top);
  g_free (self->top);
  g_free (self->program);
  g_free (self->config);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Demo, demo_free)

#define OUTPUT \
  "CVE-2026-0001 libexpat1 (fixed, remotely exploitable, high urgency)\n" \
  "CVE-2026-0001 expat (fixed, low urgency)\n" \
  "CVE-2026-0002 libexpat1 (low urgency)\n" \
  "CVE-2026-0003 libexpat1 (fixed)\n" \
  "CVE-2026-0004 libexpat1\n" \
  "CVE-2026-0005 libexpat1 (fixed, medium urgency, obsolete)\n" \
  "TEMP-0000000-ABCDEF libexpat1 (fixed, high urgency)\n" \
  "CVE-2026-0006 high urgency\n"

static void
test_ask (void)
{
  g_autoptr (Demo) demo = new (NULL, OUTPUT);
  g_autofree char *asked_path = g_build_filename (demo->top, "asked", NULL);
  g_autofree char *asked = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) found = suture_urgency_ask (demo->program, demo->config, "/a/status", "bookworm", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (found), ==, 3);
  g_assert_cmpstr (g_hash_table_lookup (found, "CVE-2026-0001"), ==, "high");
  g_assert_cmpstr (g_hash_table_lookup (found, "CVE-2026-0002"), ==, "low");
  g_assert_cmpstr (g_hash_table_lookup (found, "CVE-2026-0005"), ==, "medium");
  g_assert_true (g_file_get_contents (asked_path, &asked, NULL, NULL));
  g_assert_nonnull (strstr (asked, "--status /a/status"));
  g_assert_nonnull (strstr (asked, "--suite bookworm"));
}

/* Nothing is asked where debsecan would ask the network, is not there, or has nothing about the suite. */
static void
test_nothing (void)
{
  const struct
  {
    const char *source, *suite;
  } cases[] = {
    { "https://security-tracker.debian.org/tracker/debsecan/release/1/", "bookworm" },
    { "", "bookworm" },
    { "file://somewhere/data/", "bookworm" },
    { NULL, "trixie" },
  };
  g_autoptr (Demo) there = new (NULL, OUTPUT);
  g_autoptr (GHashTable) none = NULL;
  g_autoptr (GHashTable) no_config = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Demo) demo = new (cases[i].source, OUTPUT);
      g_autofree char *asked = g_build_filename (demo->top, "asked", NULL);
      g_autoptr (GHashTable) found
          = suture_urgency_ask (demo->program, demo->config, "/a/status", cases[i].suite, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_hash_table_size (found), ==, 0);
      g_assert_false (g_file_test (asked, G_FILE_TEST_EXISTS));
    }
  none = suture_urgency_ask ("/nowhere/debsecan", there->config, "/a/status", "bookworm", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (none), ==, 0);
  no_config = suture_urgency_ask (there->program, "/nowhere", "/a/status", "bookworm", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (no_config), ==, 0);
}

static void
test_failing (void)
{
  g_autoptr (Demo) demo = new (NULL, "");
  g_autoptr (GError) error = NULL;

  test_tree_write (demo->top, "/debsecan", "#!/bin/sh\necho CVE-2026-0001 a '(high urgency)'\nexit 1\n", 0755);
  g_assert_null (suture_urgency_ask (demo->program, demo->config, "/a/status", "bookworm", &error));
  g_assert_nonnull (error);
}

static void
test_max (void)
{
  g_assert_cmpstr (suture_urgency_max ("low", "high"), ==, "high");
  g_assert_cmpstr (suture_urgency_max ("high", "medium"), ==, "high");
  g_assert_cmpstr (suture_urgency_max (NULL, "low"), ==, "low");
  g_assert_cmpstr (suture_urgency_max ("low", "certain"), ==, "low");
  g_assert_cmpstr (suture_urgency_max (NULL, NULL), ==, NULL);
}

/* The data of Debian's tracker in its own format, zlib's: one package that everybody has, and a version far from here. */
static void
write_data (const char *top)
{
  const char *const text = "VERSION 1\nCVE-2026-0007,,A flaw in dpkg\nCVE-2026-0008,,Another one\n\n"
                           "dpkg,0,SHRF,9999,\ndpkg,1,S RF,9999,\n\ndpkg,dpkg dpkg-dev\n\n";
  g_autofree char *path = g_build_filename (top, "data/bookworm", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GZlibCompressor) zlib = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9);
  g_autoptr (GFileOutputStream) out = g_file_replace (file, NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL);
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (G_OUTPUT_STREAM (out), G_CONVERTER (zlib));

  g_assert_true (g_output_stream_write_all (stream, text, strlen (text), NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
}

/* debsecan itself, with data of ours. */
static void
test_real (void)
{
  g_autoptr (Demo) demo = new (NULL, "");
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) found = NULL;
  g_autofree char *program = g_find_program_in_path ("debsecan");

  if (program == NULL)
    {
      g_test_skip ("debsecan is not installed");
      return;
    }
  write_data (demo->top);
  found = suture_urgency_ask ("debsecan", demo->config, "/var/lib/dpkg/status", "bookworm", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (g_hash_table_lookup (found, "CVE-2026-0007"), ==, "high");
  g_assert_false (g_hash_table_contains (found, "CVE-2026-0008"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/urgency/ask", test_ask);
  g_test_add_func ("/urgency/nothing", test_nothing);
  g_test_add_func ("/urgency/failing", test_failing);
  g_test_add_func ("/urgency/max", test_max);
  g_test_add_func ("/urgency/real", test_real);
  return g_test_run ();
}
