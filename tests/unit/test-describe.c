/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "local/describe.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "test-tree.h"

static void
test_title (void)
{
  /* as Debian's packages have them */
  const struct
  {
    const char *synopsis, *title;
  } cases[] = {
    { "XML parsing C library - runtime library", "XML parsing C library" },
    { "Secure Sockets Layer toolkit - shared libraries", "Secure Sockets Layer toolkit" },
    { "low-level image manipulation library -- quantum depth Q16", "Low-level image manipulation library" },
    { "fast lossless compression algorithm", "Fast lossless compression algorithm" },
    { "PNG library - runtime (version 1.6)", "PNG library" },
    { "Multi-format archive and compression library (shared library)", "Multi-format archive and compression library" },
    { "interpreter for the PostScript language and for PDF", "Interpreter for the PostScript language and for PDF" },
    { "GStreamer plugins from the \"bad\" set", "GStreamer plugins from the \"bad\" set" },
    { "time zone and daylight-saving time data", "Time zone and daylight-saving time data" },
    { "Apache HTTP Server (modules and other binary files)", "Apache HTTP Server" },
    { "New Perl Compatible Regular Expression Library- 8 bit runtime files", "New Perl Compatible Regular Expression Library" },
    { "mail/news client with RSS", "Mail/news client with RSS" },
    { "dynamic object-oriented language", "Dynamic object-oriented language" },
    { "tool (of a kind)", "Tool (of a kind)" },
    { "- odd", "- odd" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *title = suture_describe_title (cases[i].synopsis);

      g_assert_cmpstr (title, ==, cases[i].title);
    }
}

static void
test_clean (void)
{
  const struct
  {
    const char *entries, *text;
  } cases[] = {
    { "demo (1-2) bookworm-security; urgency=high\n\n  * Non-maintainer upload by the Security Team.\n"
      "  * Fix CVE-2026-0001: a flaw in\n    what is read (Closes: #123, #456).\n  * Backport:\n    - one\n      thing (LP: #1)\n"
      "    - another\n",
      "* Fix CVE-2026-0001: a flaw in what is read.\n* Backport:\n  - one thing\n  - another" },
    { "demo (1-3) stable; urgency=low\n\n  [ A Person ]\n  * Third.\n\ndemo (1-2) stable; urgency=low\n\n  * Second.\n  * Team upload.\n"
      "  * Rebuild for bookworm.\n",
      "1-3\n* Third.\n\n1-2\n* Second." },
    { "demo (1-2) stable; urgency=low\n\n  * Closes the file in time (closes: 42).\n  * Team upload of keys is checked.\n",
      "* Closes the file in time.\n* Team upload of keys is checked." },
    { "demo (1-2) stable; urgency=low\n\n  * New release (Closes: #1, #2, CVE-2026-0001,\n    CVE-2026-0002)\n"
      "  * More, closes: #3.\n  * Last one (LP: #1234, LP: #5678)\n",
      "* New release (CVE-2026-0001, CVE-2026-0002)\n* More.\n* Last one" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = suture_describe_clean (cases[i].entries);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

#define CHANGELOG \
  "demo (1:2-3) stable; urgency=high\n\n  * Fix CVE-2026-0001: a flaw (Closes: #1).\n  * And CVE-2026-0002.\n" \
  "  * CVE-2026-0003 (\"Words that go on in\n    another line\")\n\n -- A <a@b.c>  now\n\n" \
  "demo (1:2-2) stable; urgency=high\n\n  * Fix CVE-2025-0001.\n\n -- A <a@b.c>  then\n"

typedef struct
{
  char *top, *dpkg, *control, *fixed;
  SutureUpgrade part, library, program;
  GPtrArray *upgrades;
  GHashTable *urgencies;
} Demo;

/* gir1.2-demo, libdemo1 and demo-tools, made from the same source; the installed ones were built again once: +b1. */
static Demo *
new (const char *changelog)
{
  Demo *self = g_new0 (Demo, 1);
  g_autoptr (GZlibCompressor) gzip = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, G_CONVERTER (gzip));
  g_autofree char *path = NULL;

  self->top = test_tree_new ();
  self->dpkg = g_build_filename (self->top, "dpkg", NULL);
  self->control = g_build_filename (self->top, "control", NULL);
  self->fixed = g_build_filename (self->top, "fixed", NULL);
  path = g_build_filename (self->fixed, "usr/share/doc/libdemo1/changelog.Debian.gz", NULL);
  self->library = (SutureUpgrade){ "libdemo1", "amd64", "demo", "1:2-2+b1", "1:2-3", self->control };
  self->program = (SutureUpgrade){ "demo-tools", "amd64", "demo", "1:2-2+b1", "1:2-3", self->dpkg };
  self->part = (SutureUpgrade){ "gir1.2-demo", "amd64", "demo", "1:2-2+b1", "1:2-3", self->dpkg };
  self->upgrades = g_ptr_array_new ();
  g_ptr_array_add (self->upgrades, &self->part);
  g_ptr_array_add (self->upgrades, &self->library);
  g_ptr_array_add (self->upgrades, &self->program);
  self->urgencies = g_hash_table_new (g_str_hash, g_str_equal);
  test_tree_write (self->dpkg, "/status", "Package: libdemo1\nSource: demo (1:2-2)\nArchitecture: amd64\n\n"
                   "Package: gir1.2-demo\nSource: demo (1:2-2)\nArchitecture: amd64\n\n", 0644);
  test_tree_write (self->dpkg, "/control", "Package: other\nDescription: a part of it\n", 0644);
  test_tree_write (self->control, "/control", "Package: libdemo1\nDescription: reads things - runtime\n More of it.\n", 0644);
  g_assert_true (g_output_stream_write_all (stream, changelog, strlen (changelog), NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  test_tree_write (self->fixed, "/usr/share/doc/libdemo1/changelog.Debian.gz", "", 0644);
  g_assert_true (g_file_set_contents (path, g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (memory)),
                                      (gssize) g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (memory)), NULL));
  return self;
}

static void
demo_free (Demo *self)
{
  test_tree_remove (self->top);
  g_ptr_array_unref (self->upgrades);
  g_hash_table_unref (self->urgencies);
  g_free (self->top);
  g_free (self->dpkg);
  g_free (self->control);
  g_free (self->fixed);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Demo, demo_free)

static SutureNotes *
describe (Demo *self)
{
  SutureNotes *notes = suture_notes_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (
      suture_describe_component (notes, self->dpkg, self->upgrades, self->fixed, self->urgencies, &error));
  g_assert_no_error (error);
  return notes;
}

static void
test_component (void)
{
  g_autoptr (Demo) demo = new (CHANGELOG);
  g_autoptr (SutureNotes) notes = describe (demo);

  g_assert_cmpstr (g_hash_table_lookup (notes->title, "en"), ==, "Reads things");
  g_assert_cmpstr (g_hash_table_lookup (notes->description, "en"), ==, "* Fix CVE-2026-0001: a flaw.\n* And CVE-2026-0002.\n"
                   "* CVE-2026-0003 (\"Words that go on in another line\")");
  g_assert_cmpuint (notes->vulnerabilities->len, ==, 3);
  g_assert_cmpstr (((GStrv) notes->vulnerabilities->pdata[0])[0], ==, "CVE-2026-0001");
  g_assert_cmpstr (((GStrv) notes->vulnerabilities->pdata[0])[1], ==, "a flaw.");
  g_assert_cmpstr (((GStrv) notes->vulnerabilities->pdata[1])[0], ==, "CVE-2026-0003");
  g_assert_cmpstr (((GStrv) notes->vulnerabilities->pdata[1])[1], ==, "Words that go on in another line");
  g_assert_cmpstr (((GStrv) notes->vulnerabilities->pdata[2])[0], ==, "CVE-2026-0002");
  g_assert_cmpstr (notes->severity, ==, "unknown");
  g_assert_cmpstr (notes->kind, ==, "security");
  g_assert_false (notes->exploited);
}

static void
test_main_package (void)
{
  g_autoptr (Demo) demo = new (CHANGELOG);
  g_autoptr (SutureNotes) notes = NULL;

  demo->program.name = "demo";
  notes = describe (demo);
  g_assert_cmpstr (g_hash_table_lookup (notes->title, "en"), ==, "A part of it");
}

static void
test_severity (void)
{
  g_autoptr (Demo) demo = new (CHANGELOG);
  g_autoptr (SutureNotes) low = NULL;
  g_autoptr (SutureNotes) medium = NULL;

  /* what is not fixed here does not count */
  g_hash_table_insert (demo->urgencies, (gpointer) "CVE-2025-0001", (gpointer) "high");
  g_hash_table_insert (demo->urgencies, (gpointer) "CVE-2026-0001", (gpointer) "low");
  low = describe (demo);
  g_assert_cmpstr (low->severity, ==, "low");
  g_hash_table_insert (demo->urgencies, (gpointer) "CVE-2026-0002", (gpointer) "medium");
  medium = describe (demo);
  g_assert_cmpstr (medium->severity, ==, "medium");
}

/* A changelog that does not name the installed version says nothing about what is fixed since. */
static void
test_unknown (void)
{
  g_autoptr (Demo) demo = new ("demo (1:2-3) stable; urgency=high\n\n  * Fix CVE-2026-0001: a flaw.\n\n -- A <a@b.c>  now\n");
  g_autoptr (SutureNotes) notes = describe (demo);

  g_assert_cmpstr (g_hash_table_lookup (notes->title, "en"), ==, "Reads things");
  g_assert_cmpstr (g_hash_table_lookup (notes->description, "en"), ==, "Updates demo from version 1:2-2+b1 to 1:2-3.");
  g_assert_cmpuint (notes->vulnerabilities->len, ==, 0);
}

/* A long text ends at the end of a line, and says that it goes on. */
static void
test_long (void)
{
  g_autoptr (GString) changelog = g_string_new ("demo (1:2-3) stable; urgency=high\n\n");
  g_autoptr (Demo) demo = NULL;
  g_autoptr (SutureNotes) notes = NULL;
  const char *text;

  for (guint i = 0; i < 500; i++)
    g_string_append_printf (changelog, "  * Item number %u.\n", i);
  g_string_append (changelog, "\n -- A <a@b.c>  now\n\ndemo (1:2-2) stable; urgency=high\n");
  demo = new (changelog->str);
  notes = describe (demo);
  text = g_hash_table_lookup (notes->description, "en");
  g_assert_cmpuint (strlen (text), <=, 4096);
  g_assert_true (g_str_has_suffix (text, ".\n…"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/describe/title", test_title);
  g_test_add_func ("/describe/clean", test_clean);
  g_test_add_func ("/describe/component", test_component);
  g_test_add_func ("/describe/main-package", test_main_package);
  g_test_add_func ("/describe/severity", test_severity);
  g_test_add_func ("/describe/unknown", test_unknown);
  g_test_add_func ("/describe/long", test_long);
  return g_test_run ();
}
