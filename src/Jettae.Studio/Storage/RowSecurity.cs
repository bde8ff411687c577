namespace Jettae.Studio;

/// <summary>
/// What only PostgreSQL has: the tables by which nodes hear of one another, and who may see which rows. The program itself owns
/// the tables and sees all. To anyone else, such as PostgREST for the roles <c>anon</c> and <c>authenticated</c> of a Supabase
/// project, a table shows nothing, or a person's own rows to read: <c>schedules</c> and what hangs on them change through the API,
/// which keeps their bookings.
/// </summary>
internal static class RowSecurity
{
    /// <summary>
    /// One of the studio's tables whose rows whoever asks does not see, and who that is: whoever has rights on it and neither owns it nor passes over row
    /// level security. It would take the studio for an empty one, for nothing of this is an error.
    /// </summary>
    public const string Hidden = """
        SELECT min(name), current_user::text FROM unnest(ARRAY['schedules', 'contents', 'content_versions', 'content_tags', 'runs', 'run_steps',
            'bookings', 'slot_changes', 'alerts', 'brands', 'model_prices']) AS name
        WHERE to_regclass('jettae_studio.nodes') IS NOT NULL AND row_security_active(to_regclass(name)::oid)
        """;

    /// <summary>The migration runs it after the tables are there.</summary>
    public const string Create = """
        CREATE TABLE jettae_studio.nodes (
            id uuid PRIMARY KEY,
            joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE TABLE jettae_studio.changes (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            node_id uuid NOT NULL,
            owner_id uuid NOT NULL,
            schedule_id uuid,
            run_id uuid,
            at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX changes_newest ON jettae_studio.changes (at);
        CREATE TABLE jettae_studio.protection_keys (name text PRIMARY KEY, element text NOT NULL);

        -- Who asks, of those that Supabase has let in: the claims of their token, as PostgREST hands them on.
        CREATE FUNCTION jettae_studio.person() RETURNS uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
            SELECT id FROM jettae_studio.users
            WHERE supabase_user_id::text = nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
        $$;

        DO $$
        DECLARE
            name text;
        BEGIN
            FOREACH name IN ARRAY ARRAY['schedules', 'contents', 'content_versions', 'content_tags', 'runs', 'run_steps',
                'bookings', 'slot_changes', 'alerts', 'brands'] LOOP
                EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
                EXECUTE format('CREATE POLICY own_rows ON %I FOR SELECT USING (owner_id = (SELECT jettae_studio.person()))', name);
            END LOOP;
            ALTER TABLE model_prices ENABLE ROW LEVEL SECURITY;
        END
        $$;

        -- What a project's roles may do, once there are some: a Supabase project grants them everything on new tables.
        CREATE FUNCTION jettae_studio.let_read() RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            name text;
            role text;
        BEGIN
            FOR role IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated') LOOP
                FOREACH name IN ARRAY ARRAY['schedules', 'contents', 'content_versions', 'content_tags', 'runs', 'run_steps',
                    'bookings', 'slot_changes', 'alerts', 'brands', 'model_prices'] LOOP
                    EXECUTE format('REVOKE ALL ON %I FROM %I', name, role);
                END LOOP;
            END LOOP;
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'authenticated') THEN
                GRANT USAGE ON SCHEMA jettae_studio TO authenticated;
                GRANT SELECT ON schedules, contents, content_versions, content_tags, runs, run_steps, bookings, slot_changes,
                    alerts, brands TO authenticated;
            END IF;
        END
        $$;
        REVOKE EXECUTE ON FUNCTION jettae_studio.let_read() FROM PUBLIC;
        SELECT jettae_studio.let_read();
        """;
}
