-- One PostgreSQL account a door, each with the rights it needs and no more. Run as the owner of the
-- four databases, after `surveyapp upgrade`, and again after each upgrade:
--
--   psql -v office=office -v who=who -v box=box -v answers=answers -f postgresql-roles.sql
--
-- Then give each account a password of its own:  \password candour_box  and so on.
-- Of who, box and answers only the opener reaches two.
\set ON_ERROR_STOP on

DO $$
DECLARE door text;
BEGIN
  FOREACH door IN ARRAY ARRAY['registrar', 'box', 'office', 'opener', 'publisher'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'candour_' || door) THEN
      EXECUTE format('CREATE ROLE %I LOGIN', 'candour_' || door);
    END IF;
  END LOOP;
END $$;

REVOKE ALL ON DATABASE :"office", :"who", :"box", :"answers" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"office" TO candour_office, candour_opener, candour_publisher;
GRANT CONNECT ON DATABASE :"who" TO candour_office, candour_registrar;
GRANT CONNECT ON DATABASE :"box" TO candour_box, candour_opener;
GRANT CONNECT ON DATABASE :"answers" TO candour_opener, candour_publisher;

\connect :"office"
GRANT USAGE ON SCHEMA public TO candour_office, candour_opener, candour_publisher;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO candour_office;
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM candour_office;
-- The two jobs move a wave on and say so in public.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO candour_opener, candour_publisher;
REVOKE ALL ON account, staff_session, sign_in_failure FROM candour_opener, candour_publisher;
REVOKE ALL ON review_sheet, review_comment, review_reading, review_subjects, review_naming
  FROM candour_opener;
GRANT UPDATE ON wave TO candour_opener;
GRANT INSERT ON notice, audit_line TO candour_opener;
GRANT INSERT ON publication, published_file, audit_line TO candour_publisher;
-- When results are due it puts what reviewers found into the draft and makes its files again.
GRANT UPDATE (summary, sha256) ON publication TO candour_publisher;
GRANT DELETE ON published_file TO candour_publisher;
-- And it proposes subjects that they named as themes; HR decides on them.
GRANT UPDATE (id, own_codebook) ON programme TO candour_publisher;
-- It lays comments out for the reviewers, and takes them away when the results are out.
GRANT INSERT, DELETE ON review_sheet, review_comment, review_subjects TO candour_publisher;
GRANT DELETE ON review_reading, review_naming TO candour_publisher;

\connect :"who"
GRANT USAGE ON SCHEMA public TO candour_office, candour_registrar;
-- Who collected a credential is for the registrar only: no query of the office's can read it.
GRANT SELECT (id, wave_id, person_id, unit_key, class_key, reported, reminders), INSERT, DELETE,
  UPDATE (unit_key, class_key, reminders) ON invitation TO candour_office;
GRANT SELECT, INSERT, UPDATE, DELETE ON person, outbox_mail TO candour_office;
GRANT TRUNCATE ON outbox_mail TO candour_office;
GRANT SELECT, INSERT, DELETE ON invitation_key TO candour_office;
GRANT SELECT, INSERT ON desk TO candour_office;
GRANT SELECT ON alembic_version TO candour_office;
-- The registrar needs no name and no address.
GRANT SELECT, UPDATE (collected, blinded_sha256, reported) ON invitation TO candour_registrar;
GRANT SELECT ON invitation_key TO candour_registrar;
GRANT SELECT, INSERT, UPDATE ON desk TO candour_registrar;

\connect :"box"
GRANT USAGE ON SCHEMA public TO candour_box, candour_opener;
GRANT SELECT, INSERT, UPDATE ON ballot TO candour_box;
-- To hold a row PostgreSQL wants the right to change some column of it; this one opens nothing.
GRANT SELECT, UPDATE (wave_id) ON poll TO candour_box;
GRANT SELECT, DELETE ON ballot TO candour_opener;
GRANT SELECT, INSERT, UPDATE ON poll TO candour_opener;

\connect :"answers"
GRANT USAGE ON SCHEMA public TO candour_opener, candour_publisher;
GRANT SELECT, INSERT ON answer_block TO candour_opener, candour_publisher;
GRANT SELECT, INSERT, DELETE ON pair_block TO candour_opener;
