/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-client.h"

#include "test-paths.h"

void
test_client_init (TestClient *self)
{
  const char *top = test_paths_init ();

  self->r = test_repository_new ();
  self->folder = g_build_filename (top, "trust", NULL);
}

void
test_client_reopen (TestClient *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->trust, suture_trust_free);
  self->trust = suture_trust_open (self->folder, test_repository_get (self->r, "1.root.json"), &error);
  g_assert_no_error (error);
}

void
test_client_clear (TestClient *self)
{
  suture_trust_free (self->trust);
  test_repository_free (self->r);
  g_free (self->folder);
  test_paths_clear ();
}
