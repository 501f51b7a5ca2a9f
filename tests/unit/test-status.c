/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client/status.h"

#include "base/error.h"

#define NOW G_GINT64_CONSTANT (1800000000)

typedef struct
{
  const char *state; /* of the one improvement, or NULL */
  const char *improvement_kind; /* NULL: security */
  gint64 waits_until;
  gboolean withdrawn;
  gboolean automatic;
  const char *owed_kind;
  const char *feed;
  const char *activity;
  const char *last_error;
  gint64 last_checked;
  SutureStatusKind kind;
  guint number;
  guint n_left; /* to the system update */
  const char *local_feed; /* NULL: absent */
  gboolean prepared_here;
  const char *wait;   /* reason, or NULL */
  gint64 wait_until;
  const char *detail; /* of it, or NULL */
  gboolean closing;
  gint64 paused_until;
  const char *managed; /* what the policy decides, or NULL */
} Row;

static void
add_provenance (GVariantDict *dict)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  g_variant_builder_add (&builder, "(ss)", "origin", "Debian");
  g_variant_dict_insert_value (dict, "Provenance", g_variant_builder_end (&builder));
}

static void
leave_to_the_system (SutureFacts *facts, guint n)
{
  g_autoptr (GVariant) left = NULL;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sssss)"));
  for (guint i = 0; i < n; i++)
    g_variant_builder_add (&builder, "(sssss)", "linux", "1", "2", "kernel", "linux-image");
  left = g_variant_ref_sink (g_variant_builder_end (&builder));
  suture_facts_take_system_updates (facts, left);
}

static void
add_troubles (GVariantDict *dict, const Row *row)
{
  GVariantBuilder waits;
  GVariantBuilder closing;

  g_variant_builder_init (&waits, G_VARIANT_TYPE ("a(sxs)"));
  if (row->wait != NULL)
    g_variant_builder_add (&waits, "(sxs)", row->wait, row->wait_until, row->detail != NULL ? row->detail : "");
  g_variant_builder_init (&closing, G_VARIANT_TYPE ("a(su)"));
  if (row->closing)
    {
      g_variant_builder_add (&closing, "(su)", "less-often", 3);
      g_variant_builder_add (&closing, "(su)", "a-program-of-no-app", 4);
      g_variant_dict_insert (dict, "InstalledAt", "x", NOW - 60);
    }
  g_variant_dict_insert_value (dict, "Waits", g_variant_builder_end (&waits));
  g_variant_dict_insert_value (dict, "KeepsClosing", g_variant_builder_end (&closing));
}

static void
manage (SutureFacts *facts, const char *what)
{
  g_autoptr (GVariant) said = NULL;
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  g_variant_builder_add (&builder, "(ss)", what, "/etc/suture/policy.conf, line 3: no");
  said = g_variant_ref_sink (g_variant_builder_end (&builder));
  suture_facts_take_managed (facts, said);
}

static SutureImprovement *
make_improvement (const Row *row)
{
  const char *const sources[] = { "a", "b", NULL };
  const char *const none[] = { NULL };
  GVariantDict dict;
  GVariantBuilder owed;

  g_variant_builder_init (&owed, G_VARIANT_TYPE ("a(sss)"));
  if (row->owed_kind != NULL)
    g_variant_builder_add (&owed, "(sss)", "cron.service", row->owed_kind, "never-restart");
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "Id", "s", "openssl-a");
  g_variant_dict_insert (&dict, "Component", "s", "openssl");
  g_variant_dict_insert (&dict, "Title", "s", "Encrypted Connections");
  g_variant_dict_insert (&dict, "Number", "u", row->number);
  g_variant_dict_insert (&dict, "DownloadSize", "t", (guint64) 1000);
  g_variant_dict_insert (&dict, "State", "s", row->state);
  g_variant_dict_insert (&dict, "Kind", "s", row->improvement_kind != NULL ? row->improvement_kind : "security");
  g_variant_dict_insert (&dict, "WaitsUntil", "x", row->waits_until);
  g_variant_dict_insert (&dict, "Withdrawn", "b", row->withdrawn);
  g_variant_dict_insert (&dict, "WithdrawnReason", "s", row->withdrawn ? "it breaks printing." : "");
  g_variant_dict_insert (&dict, "Conflict", "^as", g_str_equal (row->state, "conflict") ? sources : none);
  g_variant_dict_insert_value (&dict, "Owed", g_variant_builder_end (&owed));
  if (row->prepared_here)
    add_provenance (&dict);
  add_troubles (&dict, row);
  return suture_copy_new (SUTURE_TYPE_IMPROVEMENT, g_variant_dict_end (&dict));
}

static SutureStatus *
status_for (const Row *row, const GError *unreachable)
{
  g_autoptr (SutureFacts) facts = suture_facts_new ();
  g_autoptr (GListStore) improvements = g_list_store_new (SUTURE_TYPE_IMPROVEMENT);

  if (row->state != NULL)
    {
      g_autoptr (SutureImprovement) improvement = make_improvement (row);

      g_list_store_append (improvements, improvement);
    }
  g_strfreev (facts->feeds);
  facts->feeds = g_strsplit (row->feed != NULL ? row->feed : "", ",", -1);
  g_free (facts->activity);
  facts->activity = g_strdup (row->activity != NULL ? row->activity : "idle");
  g_free (facts->last_error);
  facts->last_error = g_strdup (row->last_error != NULL ? row->last_error : "");
  facts->last_checked = row->last_checked;
  facts->automatic = row->automatic;
  facts->paused_until = row->paused_until;
  if (row->managed != NULL)
    manage (facts, row->managed);
  leave_to_the_system (facts, row->n_left);
  if (row->local_feed != NULL)
    {
      g_free (facts->local_feed);
      facts->local_feed = g_strdup (row->local_feed);
    }
  return suture_status_new (facts, G_LIST_MODEL (improvements), unreachable, NOW);
}

/* What each combination of facts is called. The rows that end in PROTECTED are all there are. */
static void
test_kinds (void)
{
  const gint64 long_ago = NOW - SUTURE_STATUS_RECENT - 1;
  const Row rows[] = {
    { .feed = "a", .last_checked = NOW, .kind = SUTURE_STATUS_PROTECTED },
    { .feed = "a", .last_checked = long_ago + 1, .kind = SUTURE_STATUS_PROTECTED },
    { .feed = "a", .last_checked = NOW + 60, .kind = SUTURE_STATUS_PROTECTED },
    { .feed = "a", .last_checked = NOW, .state = "active", .kind = SUTURE_STATUS_PROTECTED },
    { .feed = "a", .last_checked = NOW, .state = "included", .kind = SUTURE_STATUS_PROTECTED },
    { .feed = "a", .last_checked = NOW, .state = "not-installed", .kind = SUTURE_STATUS_PROTECTED },
    { .feed = "a", .last_checked = NOW, .state = "replaced", .kind = SUTURE_STATUS_PROTECTED },
    { .feed = "a", .last_checked = NOW, .state = "superseded", .kind = SUTURE_STATUS_CHANGED },
    { .feed = "a", .last_checked = NOW, .state = "overtaken", .kind = SUTURE_STATUS_CHANGED },
    { .feed = "a", .last_checked = long_ago, .state = "overtaken", .kind = SUTURE_STATUS_UNCHECKED },
    { .feed = "a", .last_checked = long_ago, .kind = SUTURE_STATUS_UNCHECKED },
    { .feed = "a", .last_checked = NOW + 7200, .kind = SUTURE_STATUS_UNCHECKED },
    { .feed = "a", .last_checked = 0, .kind = SUTURE_STATUS_UNCHECKED },
    { .feed = "a", .last_checked = -1, .kind = SUTURE_STATUS_UNCHECKED },
    { .feed = "a", .last_checked = NOW, .last_error = "Network", .kind = SUTURE_STATUS_ATTENTION },
    { .feed = "a", .last_checked = NOW, .state = "inactive", .kind = SUTURE_STATUS_ATTENTION },
    { .feed = "a", .last_checked = NOW, .state = "mixed", .kind = SUTURE_STATUS_ATTENTION },
    { .feed = "a", .last_checked = NOW, .state = "a-new-word", .kind = SUTURE_STATUS_ATTENTION },
    { .feed = "a", .last_checked = NOW, .state = "conflict", .kind = SUTURE_STATUS_ATTENTION },
    { .feed = "a", .last_checked = NOW, .state = "active", .improvement_kind = "test", .kind = SUTURE_STATUS_PROTECTED },
    { .feed = "a", .last_checked = NOW, .state = "active", .withdrawn = TRUE, .kind = SUTURE_STATUS_WITHDRAWN },
    { .feed = "a", .last_checked = NOW, .state = "overtaken", .withdrawn = TRUE, .kind = SUTURE_STATUS_WITHDRAWN },
    { .feed = "a", .last_checked = NOW, .state = "active", .withdrawn = TRUE, .last_error = "Network",
      .kind = SUTURE_STATUS_WITHDRAWN },
    { .feed = "a", .last_checked = NOW, .state = "available", .automatic = TRUE, .waits_until = NOW + 60,
      .kind = SUTURE_STATUS_ROLLING },
    { .feed = "a", .last_checked = NOW, .state = "available", .automatic = TRUE, .waits_until = NOW,
      .kind = SUTURE_STATUS_READY },
    { .feed = "a", .last_checked = NOW, .state = "available", .waits_until = NOW + 60, .kind = SUTURE_STATUS_READY },
    { .feed = "a", .last_checked = NOW, .state = "available", .kind = SUTURE_STATUS_READY },
    { .feed = "a", .last_checked = 0, .state = "available", .last_error = "Stale", .kind = SUTURE_STATUS_READY },
    { .feed = "a", .last_checked = NOW, .state = "active", .owed_kind = "unit", .kind = SUTURE_STATUS_UNFINISHED },
    { .feed = "a", .last_checked = NOW, .activity = "removing", .kind = SUTURE_STATUS_WORKING },
    { .last_checked = NOW, .last_error = "NoSource", .kind = SUTURE_STATUS_NO_SOURCE },
    { .last_checked = NOW, .last_error = "Configuration", .kind = SUTURE_STATUS_ATTENTION },
    { .feed = "a", .last_checked = NOW, .last_error = "Configuration", .kind = SUTURE_STATUS_ATTENTION },
    { .last_checked = NOW, .kind = SUTURE_STATUS_NO_SOURCE },
    { .last_checked = NOW, .state = "active", .kind = SUTURE_STATUS_NO_SOURCE },
    { .last_checked = NOW, .activity = "recovering", .kind = SUTURE_STATUS_WORKING },
    { .feed = "a", .last_checked = NOW, .n_left = 1, .kind = SUTURE_STATUS_SYSTEM_UPDATE },
    { .feed = "a", .last_checked = NOW, .state = "active", .n_left = 2, .kind = SUTURE_STATUS_SYSTEM_UPDATE },
    { .feed = "a", .last_checked = NOW, .state = "overtaken", .n_left = 2, .kind = SUTURE_STATUS_SYSTEM_UPDATE },
    { .feed = "a", .last_checked = NOW, .state = "inactive", .n_left = 2, .kind = SUTURE_STATUS_ATTENTION },
    { .feed = "a", .last_checked = NOW, .state = "available", .n_left = 2, .kind = SUTURE_STATUS_READY },
    { .feed = "a", .last_checked = long_ago, .n_left = 2, .kind = SUTURE_STATUS_UNCHECKED },
    { .feed = "a", .last_checked = NOW, .state = "active", .owed_kind = "unit", .n_left = 2, .kind = SUTURE_STATUS_UNFINISHED },
    { .feed = "a", .last_checked = NOW, .state = "available", .automatic = TRUE, .wait = "paused", .wait_until = NOW + 60,
      .kind = SUTURE_STATUS_WAITING },
    { .feed = "a", .last_checked = NOW, .state = "available", .automatic = TRUE, .wait = "paused", .wait_until = NOW,
      .kind = SUTURE_STATUS_READY },
    { .feed = "a", .last_checked = NOW, .state = "available", .automatic = TRUE, .wait = "a-new-word",
      .kind = SUTURE_STATUS_WAITING },
    { .feed = "a", .last_checked = NOW, .state = "available", .automatic = TRUE, .wait = "rollout", .wait_until = NOW + 60,
      .kind = SUTURE_STATUS_ROLLING },
    { .feed = "a", .last_checked = NOW, .state = "available", .automatic = TRUE, .wait = "removed", .kind = SUTURE_STATUS_READY },
    { .feed = "a", .last_checked = NOW, .state = "available", .automatic = TRUE, .wait = "announce",
      .wait_until = NOW + 60, .kind = SUTURE_STATUS_READY },
    { .feed = "a", .last_checked = NOW, .state = "available", .wait = "off", .kind = SUTURE_STATUS_READY },
    { .feed = "a", .last_checked = NOW, .state = "available", .wait = "metered", .kind = SUTURE_STATUS_READY },
    { .feed = "a", .last_checked = NOW, .state = "available", .automatic = TRUE, .wait = "managed",
      .kind = SUTURE_STATUS_MANAGED },
    { .feed = "a", .last_checked = NOW, .state = "available", .wait = "managed", .kind = SUTURE_STATUS_MANAGED },
    { .feed = "a", .last_checked = NOW, .state = "available", .wait = "policy", .managed = "file",
      .kind = SUTURE_STATUS_ATTENTION },
    { .feed = "a", .last_checked = NOW, .managed = "file", .kind = SUTURE_STATUS_ATTENTION },
    { .feed = "a", .last_checked = NOW, .managed = "automatic", .kind = SUTURE_STATUS_PROTECTED },
    { .feed = "a", .last_checked = NOW, .state = "available", .automatic = TRUE, .wait = "undone", .kind = SUTURE_STATUS_UNDONE },
    { .feed = "a", .last_checked = NOW, .state = "available", .wait = "undone", .kind = SUTURE_STATUS_UNDONE },
    { .feed = "a", .last_checked = NOW, .state = "active", .closing = TRUE, .kind = SUTURE_STATUS_CLOSING },
    { .feed = "a", .last_checked = NOW, .state = "inactive", .closing = TRUE, .kind = SUTURE_STATUS_ATTENTION },
    { .feed = "a", .last_checked = NOW, .automatic = TRUE, .paused_until = NOW + 60, .kind = SUTURE_STATUS_PAUSED },
    { .feed = "a", .last_checked = NOW, .automatic = TRUE, .paused_until = NOW, .kind = SUTURE_STATUS_PROTECTED },
    { .feed = "a", .last_checked = NOW, .paused_until = NOW + 60, .kind = SUTURE_STATUS_PROTECTED },
    { .feed = "a", .last_checked = long_ago, .automatic = TRUE, .paused_until = NOW + 60, .kind = SUTURE_STATUS_UNCHECKED },
    { .last_checked = NOW, .local_feed = "off", .kind = SUTURE_STATUS_NO_SOURCE },
    { .last_checked = NOW, .local_feed = "off", .activity = "preparing", .kind = SUTURE_STATUS_WORKING },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureStatus) status = status_for (&rows[i], NULL);

      g_test_message ("row %" G_GSIZE_FORMAT ": %s", i, suture_status_kind_to_name (status->kind));
      g_assert_cmpint (status->kind, ==, rows[i].kind);
      g_assert_cmpint (status->kind == SUTURE_STATUS_PROTECTED, ==, g_str_equal (status->title, "Protected"));
    }
}

static void
test_unreachable (void)
{
  const Row row = { .feed = "a", .last_checked = NOW, .state = "active" };
  g_autoptr (GError) error = g_error_new (SUTURE_ERROR, SUTURE_ERROR_UNAVAILABLE, "no bus");
  g_autoptr (SutureStatus) status = status_for (&row, error);

  g_assert_cmpint (status->kind, ==, SUTURE_STATUS_UNREACHABLE);
  g_assert_cmpstr (status->title, ==, "Not Available");
}

static void
test_subtitles (void)
{
  const Row unit = { .feed = "a", .last_checked = NOW, .state = "active", .owed_kind = "unit" };
  const Row session = { .feed = "a", .last_checked = NOW, .state = "active", .owed_kind = "session" };
  const Row failed = { .feed = "a", .last_checked = NOW, .state = "available", .last_error = "Stale" };
  const Row inactive = { .feed = "a", .last_checked = NOW, .state = "inactive" };
  const Row overtaken = { .feed = "a", .last_checked = NOW, .state = "overtaken" };
  const Row superseded = { .feed = "a", .last_checked = NOW, .state = "superseded" };
  const Row left_out = { .feed = "a", .last_checked = NOW, .state = "available", .last_error = "Configuration" };
  g_autoptr (SutureStatus) of_left_out = status_for (&left_out, NULL);
  g_autoptr (SutureStatus) of_inactive = status_for (&inactive, NULL);
  g_autoptr (SutureStatus) of_overtaken = status_for (&overtaken, NULL);
  g_autoptr (SutureStatus) of_superseded = status_for (&superseded, NULL);
  g_autoptr (SutureStatus) of_unit = status_for (&unit, NULL);
  g_autoptr (SutureStatus) of_session = status_for (&session, NULL);
  g_autoptr (SutureStatus) of_failed = status_for (&failed, NULL);

  g_assert_cmpstr (of_unit->subtitle, ==,
                   "cron still uses the old version. The next restart of the computer finishes it.");
  g_assert_cmpstr (of_session->subtitle, ==,
                   "cron still uses the old version. The next login or reopening it finishes it.");
  g_assert_nonnull (strstr (of_failed->subtitle, "The last check failed: The publisher’s list has expired."));
  g_assert_true (g_str_has_prefix (of_left_out->subtitle, "Encrypted Connections. 1.0 kB to download. The files of a source "
                                                          "can’t be used"));
  g_assert_true (g_str_has_suffix (of_inactive->subtitle, "If it does not, install it again."));
  g_assert_cmpstr (of_overtaken->subtitle, ==,
                   "A system update changed files that “Encrypted Connections” fixes, so it stays out. Remove it, or wait "
                   "for a newer one. Checked just now.");
  g_assert_true (g_str_has_prefix (of_superseded->subtitle, "Files that “Encrypted Connections” fixes were changed"));
}

/* Nothing is called well while something waits for the system update. */
static void
test_system_updates (void)
{
  const struct
  {
    Row row;
    const char *title, *subtitle;
  } rows[] = {
    { { .n_left = 1 }, "1 Fix Comes with the System Update", "Update the system to get it. Checked just now." },
    { { .n_left = 2, .state = "active" }, "2 Fixes Come with the System Update",
      "Update the system to get them. 1 improvement is active. Checked just now." },
    { { .n_left = 1, .state = "overtaken" }, "1 Fix Comes with the System Update",
      "Update the system to get it. A system update changed files that “Encrypted Connections” fixes, so it stays out. Remove "
      "it, or wait for a newer one. Checked just now." },
    { { .n_left = 1, .state = "active", .owed_kind = "unit" }, "Almost Done",
      "cron still uses the old version. The next restart of the computer finishes it. 1 more fix comes with the system update." },
    { { .n_left = 3, .state = "active", .owed_kind = "unit" }, "Almost Done",
      "cron still uses the old version. The next restart of the computer finishes it. 3 more fixes come with the system update." },
    { { .state = "available", .prepared_here = TRUE }, "1 Improvement Ready",
      "Encrypted Connections. Nothing has to be downloaded." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Row row = rows[i].row;
      g_autoptr (SutureStatus) status = NULL;

      row.feed = "local";
      row.last_checked = NOW;
      status = status_for (&row, NULL);
      g_assert_cmpstr (status->title, ==, rows[i].title);
      g_assert_cmpstr (status->subtitle, ==, rows[i].subtitle);
    }
}

/* The list is another one only when it says something else: rows on the screen stand on that. */
static void
test_same_list (void)
{
  g_autoptr (SutureFacts) facts = suture_facts_new ();
  g_autoptr (GPtrArray) first = NULL;

  leave_to_the_system (facts, 3);
  first = g_ptr_array_ref (facts->system_updates);
  g_assert_cmpuint (first->len, ==, 3);
  leave_to_the_system (facts, 3);
  g_assert_true (facts->system_updates == first);
  leave_to_the_system (facts, 2);
  g_assert_true (facts->system_updates != first);
  g_assert_cmpuint (facts->system_updates->len, ==, 2);
  suture_facts_take_system_updates (facts, NULL);
  g_assert_cmpuint (facts->system_updates->len, ==, 0);
}

static void
test_no_source (void)
{
  const Row absent = { .last_checked = NOW };
  const Row off = { .last_checked = NOW, .local_feed = "off" };
  g_autoptr (SutureStatus) of_absent = status_for (&absent, NULL);
  g_autoptr (SutureStatus) of_off = status_for (&off, NULL);

  g_assert_cmpstr (of_absent->subtitle, ==, "No publisher of improvements is configured.");
  g_assert_true (g_str_has_prefix (of_off->subtitle, "No publisher of improvements is configured. This computer can prepare fixes "
                                                     "itself, out of what "));
}

/* What is rolled out, withdrawn, in conflict, or only a test, in words. */
static void
test_special_subtitles (void)
{
  const struct
  {
    Row row;
    const char *title, *subtitle;
  } rows[] = {
    { { .state = "available", .automatic = TRUE, .waits_until = NOW + 60 }, "Rolling Out in Stages",
      "This computer’s turn comes today, 08:01. Encrypted Connections. 1.0 kB to download." },
    { { .state = "active", .withdrawn = TRUE }, "Improvement Withdrawn",
      "“Encrypted Connections” was withdrawn by its publisher. The reason given: “it breaks printing.” It stays until it "
      "is removed." },
    { { .state = "active", .withdrawn = TRUE, .automatic = TRUE }, "Improvement Withdrawn",
      "“Encrypted Connections” was withdrawn by its publisher. The reason given: “it breaks printing.” It is removed by "
      "itself at one of the next checks." },
    { { .state = "conflict" }, "Needs Attention",
      "Several sources offer “Encrypted Connections”, so none of them is used: a, b. Ask your administrator to name its "
      "component, openssl, in the line Components= of one of them in /etc/suture/feeds.d. What is active of it from another "
      "source has to be removed first." },
    { { .state = "active", .improvement_kind = "test" }, "Protected",
      "Nothing has to be improved. 1 test is active and fixes nothing. Checked just now." },
    { { .state = "available", .improvement_kind = "test" }, "1 Test Ready", "Encrypted Connections. 1.0 kB to download." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Row row = rows[i].row;
      g_autoptr (SutureStatus) status = NULL;

      row.feed = "a";
      row.last_checked = NOW;
      status = status_for (&row, NULL);
      g_assert_cmpstr (status->title, ==, rows[i].title);
      g_assert_cmpstr (status->subtitle, ==, rows[i].subtitle);
      g_assert_cmpstr (status->improvement, ==, row.withdrawn ? "openssl-a" : "");
      g_assert_cmpuint (status->n_active, ==, g_str_equal (row.state, "active") && row.improvement_kind == NULL ? 1 : 0);
    }
}

/* Why something waits stands in the first words, and what ends that in the others. */
static void
test_waiting (void)
{
  const struct
  {
    Row row;
    const char *title, *subtitle, *improvement;
  } rows[] = {
    { { .state = "available", .wait = "paused", .wait_until = NOW + 86400 * 5 }, "Paused Until 20 January",
      "Encrypted Connections. 1.0 kB to download. Automatic installation is paused until 20 January 2027, 08:00. Resume it, or "
      "install it now.", "" },
    { { .state = "available", .wait = "battery", .detail = "12" }, "Waiting: Battery 12%",
      "Encrypted Connections. 1.0 kB to download. The battery is low and not charging. Plug the computer in, or install it now.",
      "" },
    { { .state = "available", .wait = "managed", .detail = "Freeze" }, "Managed by Your Organization",
      "“Encrypted Connections” is not installed automatically now. Your organization holds it back, or has not approved it. The "
      "reason given: “Freeze”", "" },
    { { .managed = "file" }, "Needs Attention",
      "Your organization’s policy can’t be used, so nothing is installed: /etc/suture/policy.conf, line 3: no. Ask your "
      "administrator to correct it.", "" },
    { { .state = "available", .wait = "undone", .detail = "cups did not start." }, "Improvement Undone",
      "“Encrypted Connections” was taken out by itself. Something did not work with it, so the computer went back to the version "
      "before: cups did not start. The fix is not active.", "openssl-a" },
    { { .state = "active", .closing = TRUE }, "a-program-of-no-app Keeps Closing",
      "a-program-of-no-app has closed 4 times since “Encrypted Connections” was installed today, 07:59. Removing that improvement "
      "may help. This may be a coincidence.", "openssl-a" },
    { { .state = "active", .paused_until = NOW + 3600 }, "Paused Until 09:00",
      "Nothing is installed automatically until today, 09:00. 1 improvement is active. Checked just now.", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Row row = rows[i].row;
      g_autoptr (SutureStatus) status = NULL;

      row.feed = "a";
      row.last_checked = NOW;
      row.automatic = TRUE;
      status = status_for (&row, NULL);
      g_assert_cmpstr (status->title, ==, rows[i].title);
      g_assert_cmpstr (status->subtitle, ==, rows[i].subtitle);
      g_assert_cmpstr (status->improvement, ==, rows[i].improvement);
    }
}

/* While one of several is installed by the next run, it is ready, and not waiting; and what is held back does not count. */
static void
test_several (void)
{
  const struct
  {
    const char *waits[2]; /* NULL: none */
    SutureStatusKind kind;
    const char *title;
  } rows[] = {
    { { NULL, "metered" }, SUTURE_STATUS_READY, "2 Improvements Ready" },
    { { "delay", "metered" }, SUTURE_STATUS_WAITING, "Waiting: Metered Network" },
    { { "managed", NULL }, SUTURE_STATUS_READY, "1 Improvement Ready" },
    { { "managed", "battery" }, SUTURE_STATUS_WAITING, "Waiting: Low Battery" },
    { { "removed", "battery" }, SUTURE_STATUS_READY, "2 Improvements Ready" },
    { { "battery", "undone" }, SUTURE_STATUS_UNDONE, "Improvement Undone" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (SutureFacts) facts = suture_facts_new ();
      g_autoptr (GListStore) improvements = g_list_store_new (SUTURE_TYPE_IMPROVEMENT);
      g_autoptr (SutureStatus) status = NULL;

      for (gsize j = 0; j < 2; j++)
        {
          const Row row = { .state = "available", .wait = rows[i].waits[j] };
          g_autoptr (SutureImprovement) improvement = make_improvement (&row);

          g_list_store_append (improvements, improvement);
        }
      g_strfreev (facts->feeds);
      facts->feeds = g_strsplit ("a", ",", -1);
      facts->last_checked = NOW;
      facts->automatic = TRUE;
      status = suture_status_new (facts, G_LIST_MODEL (improvements), NULL, NOW);
      g_assert_cmpint (status->kind, ==, rows[i].kind);
      g_assert_cmpstr (status->title, ==, rows[i].title);
    }
}

/* Of several, the sentence is about the one that concerns most, wherever it stands. */
static void
test_concern (void)
{
  const char *const states[][2] = { { "overtaken", "inactive" }, { "inactive", "superseded" } };

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autoptr (SutureFacts) facts = suture_facts_new ();
      g_autoptr (GListStore) improvements = g_list_store_new (SUTURE_TYPE_IMPROVEMENT);
      g_autoptr (SutureStatus) status = NULL;

      for (gsize j = 0; j < 2; j++)
        {
          const Row row = { .state = states[i][j] };
          g_autoptr (SutureImprovement) improvement = make_improvement (&row);

          g_list_store_append (improvements, improvement);
        }
      g_strfreev (facts->feeds);
      facts->feeds = g_strsplit ("a", ",", -1);
      facts->last_checked = NOW;
      status = suture_status_new (facts, G_LIST_MODEL (improvements), NULL, NOW);
      g_assert_cmpint (status->kind, ==, SUTURE_STATUS_ATTENTION);
      g_assert_nonnull (strstr (status->subtitle, "is installed but not active now"));
    }
}

/* A letter that stands in for one that is rolled out is no second improvement, and leaves the later one to wait. */
static void
test_stand_in (void)
{
  const Row rows[] = { { .state = "available", .number = 1 }, { .state = "available", .number = 2, .waits_until = NOW + 60 } };

  for (guint order = 0; order < 2; order++)
    {
      g_autoptr (SutureFacts) facts = suture_facts_new ();
      g_autoptr (GListStore) improvements = g_list_store_new (SUTURE_TYPE_IMPROVEMENT);
      g_autoptr (SutureStatus) status = NULL;

      for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
        {
          g_autoptr (SutureImprovement) improvement = make_improvement (&rows[(i + order) % 2]);

          g_list_store_append (improvements, improvement);
          g_assert_cmpuint (suture_improvement_get_facts (improvement)->number, ==, rows[(i + order) % 2].number);
        }
      g_strfreev (facts->feeds);
      facts->feeds = g_strsplit ("a", ",", -1);
      facts->automatic = TRUE;
      status = suture_status_new (facts, G_LIST_MODEL (improvements), NULL, NOW);
      g_assert_cmpint (status->kind, ==, SUTURE_STATUS_ROLLING);
      g_assert_cmpuint (status->n_available, ==, 1);
      g_assert_cmpuint (status->download_size, ==, 1000);
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "UTC", TRUE); /* before anything asks for the time */
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/status/system-updates", test_system_updates);
  g_test_add_func ("/status/same-list", test_same_list);
  g_test_add_func ("/status/no-source", test_no_source);
  g_test_add_func ("/status/kinds", test_kinds);
  g_test_add_func ("/status/unreachable", test_unreachable);
  g_test_add_func ("/status/subtitles", test_subtitles);
  g_test_add_func ("/status/special-subtitles", test_special_subtitles);
  g_test_add_func ("/status/waiting", test_waiting);
  g_test_add_func ("/status/several", test_several);
  g_test_add_func ("/status/concern", test_concern);
  g_test_add_func ("/status/stand-in", test_stand_in);
  return g_test_run ();
}
