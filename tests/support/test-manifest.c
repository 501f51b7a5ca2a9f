/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-manifest.h"

#define SOME_DIGEST "00000000000000000000000000000000000000000000000000000000000000aa"

static char *
digest (const char *content)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, content, -1);
}

char *
test_manifest_file (const char *path, const char *content, const char *const *olds, guint n_bases)
{
  g_autofree char *sha256 = digest (content);
  GString *old = g_string_new (NULL);
  char *text;

  for (guint b = 0; b < n_bases; b++)
    {
      g_autofree char *one = olds[b] != NULL ? digest (olds[b]) : NULL;

      if (one == NULL)
        g_string_append_printf (old, "%snull", b > 0 ? ", " : "");
      else
        g_string_append_printf (old, "%s\"%s\"", b > 0 ? ", " : "", one);
    }
  text = g_strdup_printf (
      "{ \"path\": \"%s\", \"type\": \"file\", \"mode\": \"0644\", \"size\": %zu, \"sha256\": \"%s\", \"old\": [ %s ] }",
      path, strlen (content), sha256, old->str);
  g_string_free (old, TRUE);
  return text;
}

GBytes *
test_manifest_json (const TestManifest *manifest)
{
  const char *payloads = "{ \"encoding\": \"zstd\", \"size\": 1, \"sha256\": \"" SOME_DIGEST "\" }";
  GString *bases = g_string_new ("{ \"label\": \"demo 1\" }");
  char *text;

  for (guint b = 1; b < manifest->n_bases; b++)
    g_string_append (bases, ", { \"label\": \"another\" }");
  text = g_strdup_printf (
      "{ \"format\": 1, \"id\": \"%s\", \"component\": \"%s\", \"number\": %u, \"kind\": \"%s\","
      "\"severity\": \"unknown\", \"exploited\": false, \"publisher\": \"Test\", \"title\": { \"en\": \"Demo\" },"
      "\"description\": { \"en\": \"Demo\" }, \"vulnerabilities\": [],"
      "\"base\": { \"id\": \"debian\", \"version_id\": \"12\", \"architecture\": \"x86-64\" },"
      "\"bases\": [ %s ], \"result\": { \"label\": \"demo 2\" }, \"files\": [ %s ], \"obsoletes\": [],"
      "\"image\": { \"size\": %zu, \"sha256\": \"%s\", \"verity\": { \"algorithm\": \"sha256\","
      "\"block_size\": 4096, \"salt\": \"00\", \"root_hash\": \"" SOME_DIGEST "\" } },"
      "\"payloads\": [ %s ],"
      "\"effects\": { \"restart\": [], \"never_restart\": [], \"reopen\": [], \"reboot\": false } }",
      manifest->id != NULL ? manifest->id : "demo-a", manifest->component != NULL ? manifest->component : "demo",
      MAX (manifest->number, 1), manifest->kind != NULL ? manifest->kind : "security", bases->str, manifest->files, manifest->image_size > 0 ? manifest->image_size : 4096,
      manifest->image_sha256 != NULL ? manifest->image_sha256 : SOME_DIGEST,
      manifest->payloads != NULL ? manifest->payloads : payloads);
  g_string_free (bases, TRUE);
  return g_bytes_new_take (text, strlen (text));
}
