/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* make-feed FOLDER BASES OWN OTHERS: puts improvements into the publisher's folder FOLDER (suture-publish init) with the
 * publisher's own code: OWN for Debian 12 on x86-64 and OTHERS for each of BASES - 1 other releases. All is signed and
 * proved as suture-publish does it. What is not done is to make and to look into images: payloads hold some bytes that no
 * desktop could use, and each has one improvement alone. Two improvements in a row are two letters of one component. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/name.h"
#include "session.h"
#include "stage.h"

#define LETTERS 2 /* of each component */

typedef struct
{
  guint base; /* 0: Debian 12 */
  guint number;
} Improvement;

static char *
digest_of (const char *what, Improvement improvement)
{
  g_autofree char *text = g_strdup_printf ("%s %u %u", what, improvement.base, improvement.number);

  return suture_digest_data (text, strlen (text));
}

/* What a fix of one library of a Debian release says of itself: two known bases, two deltas, two languages. */
static char *
manifest_of (Improvement improvement, const char *id, const char *component, const char *payload, gsize payload_size)
{
  g_autofree char *release = improvement.base == 0 ? g_strdup ("12") : g_strdup_printf ("%u", 100 + improvement.base);
  g_autofree char *old = digest_of ("old", improvement);
  g_autofree char *older = digest_of ("older", improvement);
  g_autofree char *fixed = digest_of ("fixed", improvement);
  g_autofree char *image = digest_of ("image", improvement);
  g_autofree char *hash = digest_of ("root hash", improvement);
  g_autofree char *salt = digest_of ("salt", improvement);

  return g_strdup_printf (
      "{\"format\":1,\"id\":\"%s\",\"component\":\"%s\",\"number\":%u,\"kind\":\"security\",\"severity\":\"high\","
      "\"exploited\":false,\"publisher\":\"Bench\",\"title\":{\"en\":\"Encrypted Connections\",\"de\":\"Verschlüsselte "
      "Verbindungen\"},\"description\":{\"en\":\"Fixes how the length of a record is checked.\",\"de\":\"Berichtigt, wie die "
      "Länge eines Eintrags geprüft wird.\"},\"vulnerabilities\":[{\"id\":\"CVE-2026-%04u\",\"title\":\"Heap overflow while "
      "reading a certificate\",\"credit\":\"\"}],\"base\":{\"id\":\"debian\",\"version_id\":\"%s\",\"architecture\":\"x86-64\"},"
      "\"bases\":[{\"label\":\"lib%s 1.0-1\"},{\"label\":\"lib%s 1.0-2\"}],\"result\":{\"label\":\"lib%s 1.0-3\"},"
      "\"files\":[{\"path\":\"/usr/lib/x86_64-linux-gnu/lib%s.so.1.0\",\"type\":\"file\",\"mode\":\"0644\",\"size\":700000,"
      "\"sha256\":\"%s\",\"old\":[\"%s\",\"%s\"]}],\"obsoletes\":[],\"image\":{\"size\":704512,\"sha256\":\"%s\",\"verity\":{"
      "\"algorithm\":\"sha256\",\"block_size\":4096,\"salt\":\"%s\",\"root_hash\":\"%s\"}},\"payloads\":[{\"encoding\":\"zstd\","
      "\"size\":%zu,\"sha256\":\"%s\"}],\"effects\":{\"restart\":[],\"never_restart\":[],\"reopen\":[],\"reboot\":false}}",
      id, component, improvement.number, improvement.number % 10000, release, component, component, component, component,
      fixed, old, older, image, salt, hash, payload_size, payload);
}

static gboolean
write_file (const char *folder, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

/* Lays it out as suture-publish make does; "ROLE/ID". */
static char *
lay_out (SutureDepot *depot, Improvement improvement, GError **error)
{
  g_autofree char *letter = suture_name_letter (improvement.number);
  g_autofree char *component = g_strdup_printf ("library%u", (improvement.number - 1) / LETTERS);
  g_autofree char *id = g_strdup_printf ("%s-%s", component, letter);
  g_autofree char *role = improvement.base == 0 ? g_strdup ("debian-12-x86-64")
                                                : g_strdup_printf ("debian-%u-x86-64", 100 + improvement.base);
  g_autofree char *content = g_strdup_printf ("the payload of %s for %s", id, role);
  g_autofree char *payload = suture_digest_data (content, strlen (content));
  g_autofree char *manifest = manifest_of (improvement, id, component, payload, strlen (content));
  g_autofree char *folder = suture_depot_path (depot, "staging", role, id, NULL);
  g_autofree char *payloads = g_build_filename (folder, "payloads", NULL);

  if (g_mkdir_with_parents (payloads, 0755) < 0)
    {
      suture_error_set_errno (error, errno, "could not make the folder %s", payloads);
      return NULL;
    }
  if (!write_file (folder, "manifest.json", manifest, error) || !write_file (payloads, payload, content, error))
    return NULL;
  return g_build_filename (role, id, NULL);
}

static gboolean
lay_out_all (SutureDepot *depot, GPtrArray *stages, guint bases, const guint *counts, GError **error)
{
  for (guint base = 0; base < bases; base++)
    for (guint number = 1; number <= counts[base > 0]; number++)
      {
        g_autofree char *name = lay_out (depot, (Improvement) { base, number }, error);
        SutureStage *stage = name != NULL ? suture_stage_open (depot, "staging", name, error) : NULL;

        if (stage == NULL)
          return FALSE;
        g_ptr_array_add (stages, stage);
      }
  return TRUE;
}

static gboolean
run (const char *path, guint bases, const guint *counts, GError **error)
{
  g_auto (SutureSessionOptions) options = SUTURE_SESSION_OPTIONS_INIT;
  g_auto (SutureSession) session = { 0 };
  g_autoptr (GPtrArray) stages = g_ptr_array_new_with_free_func ((GDestroyNotify) suture_stage_free);
  g_autoptr (SutureReport) nobody = suture_report_new (TRUE);

  return suture_session_open (&session, nobody, path, &options, TRUE, error)
         && lay_out_all (session.depot, stages, bases, counts, error)
         && suture_session_add_stages (&session, stages, error) && suture_session_publish (&session, stages, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  guint64 numbers[3] = { 0 };
  gboolean good = argc == 5;

  umask (022);
  for (int i = 0; good && i < 3; i++)
    good = g_ascii_string_to_unsigned (argv[i + 2], 10, 0, 10000, &numbers[i], NULL);
  if (!good)
    {
      fprintf (stderr, "usage: make-feed FOLDER BASES OWN OTHERS\n");
      return 2;
    }
  if (run (argv[1], (guint) numbers[0], (const guint[]){ (guint) numbers[1], (guint) numbers[2] }, &error))
    return 0;
  fprintf (stderr, "make-feed: %s\n", error->message);
  return 1;
}
