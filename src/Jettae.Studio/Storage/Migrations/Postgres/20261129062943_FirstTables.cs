using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

#pragma warning disable CA1814 // Prefer jagged arrays over multidimensional

namespace Jettae.Studio.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class FirstTables : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(name: "jettae_studio");

            migrationBuilder.CreateTable(
                name: "alert_settings",
                schema: "jettae_studio",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    failure_rate = table.Column<double>(type: "double precision", nullable: false),
                    late_minutes = table.Column<int>(type: "integer", nullable: false),
                    webhook_url = table.Column<string>(type: "text", nullable: true),
                    slack_url = table.Column<string>(type: "text", nullable: true),
                    smtp_host = table.Column<string>(type: "text", nullable: true),
                    smtp_port = table.Column<int>(type: "integer", nullable: false),
                    smtp_user = table.Column<string>(type: "text", nullable: true),
                    smtp_password = table.Column<string>(type: "text", nullable: true),
                    mail_from = table.Column<string>(type: "text", nullable: true),
                    mail_to = table.Column<string>(type: "text", nullable: true),
                    language = table.Column<string>(type: "text", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_alert_settings", x => x.owner_id);
                }
            );

            migrationBuilder.CreateTable(
                name: "alerts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    schedule_id = table.Column<Guid>(type: "uuid", nullable: true),
                    schedule_name = table.Column<string>(type: "text", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    figure = table.Column<double>(type: "double precision", nullable: true),
                    opened_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    closed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    read_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    told = table.Column<string>(type: "text", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_alerts", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "api_tokens",
                schema: "jettae_studio",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    hash = table.Column<string>(type: "text", nullable: false),
                    last4 = table.Column<string>(type: "text", nullable: false),
                    scope = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_api_tokens", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "bookings",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    schedule_id = table.Column<Guid>(type: "uuid", nullable: false),
                    slot_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    deduplication_id = table.Column<string>(type: "text", nullable: false),
                    message_id = table.Column<string>(type: "text", nullable: true),
                    route = table.Column<string>(type: "text", nullable: true),
                    failures = table.Column<int>(type: "integer", nullable: false),
                    next_try_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_error = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bookings", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "brands",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    voice = table.Column<string>(type: "text", nullable: false),
                    audience = table.Column<string>(type: "text", nullable: false),
                    language = table.Column<string>(type: "text", nullable: true),
                    speech_level = table.Column<string>(type: "text", nullable: false),
                    banned_words = table.Column<string>(type: "jsonb", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_brands", x => x.owner_id);
                }
            );

            migrationBuilder.CreateTable(
                name: "contents",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    schedule_id = table.Column<Guid>(type: "uuid", nullable: true),
                    run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    content_type = table.Column<string>(type: "text", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    body = table.Column<string>(type: "text", nullable: false),
                    language = table.Column<string>(type: "text", nullable: false),
                    status = table.Column<string>(type: "text", nullable: false),
                    note = table.Column<string>(type: "text", nullable: false, defaultValue: ""),
                    version = table.Column<int>(type: "integer", nullable: false, defaultValue: 1),
                    search_key = table.Column<long>(type: "bigint", nullable: true),
                    length = table.Column<int>(type: "integer", nullable: false),
                    length_limit = table.Column<int>(type: "integer", nullable: true),
                    is_sample = table.Column<bool>(type: "boolean", nullable: false),
                    model = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_contents", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "model_prices",
                columns: table => new
                {
                    model = table.Column<string>(type: "text", nullable: false),
                    effective_from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    input = table.Column<decimal>(type: "numeric", nullable: false),
                    cached_input = table.Column<decimal>(type: "numeric", nullable: false),
                    cache_write = table.Column<decimal>(type: "numeric", nullable: false),
                    output = table.Column<decimal>(type: "numeric", nullable: false),
                    long_from = table.Column<long>(type: "bigint", nullable: true),
                    long_factor = table.Column<decimal>(type: "numeric", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_model_prices", x => new { x.model, x.effective_from });
                }
            );

            migrationBuilder.CreateTable(
                name: "provider_settings",
                schema: "jettae_studio",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    protected_key = table.Column<string>(type: "text", nullable: true),
                    key_last4 = table.Column<string>(type: "text", nullable: true),
                    url = table.Column<string>(type: "text", nullable: true),
                    model = table.Column<string>(type: "text", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_provider_settings", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "runs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    schedule_id = table.Column<Guid>(type: "uuid", nullable: true),
                    schedule_name = table.Column<string>(type: "text", nullable: false),
                    slot_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    trigger = table.Column<string>(type: "text", nullable: false),
                    rerun_of = table.Column<Guid>(type: "uuid", nullable: true),
                    state = table.Column<string>(type: "text", nullable: false),
                    node_id = table.Column<Guid>(type: "uuid", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    content_id = table.Column<Guid>(type: "uuid", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    reason_detail = table.Column<string>(type: "text", nullable: true),
                    model = table.Column<string>(type: "text", nullable: true),
                    input_tokens = table.Column<long>(type: "bigint", nullable: false),
                    cached_input_tokens = table.Column<long>(type: "bigint", nullable: false),
                    cache_write_tokens = table.Column<long>(type: "bigint", nullable: false),
                    output_tokens = table.Column<long>(type: "bigint", nullable: false),
                    thinking_tokens = table.Column<long>(type: "bigint", nullable: false),
                    cost = table.Column<decimal>(type: "numeric", nullable: true),
                    prompt = table.Column<string>(type: "text", nullable: true),
                    answer = table.Column<string>(type: "text", nullable: true),
                    similarity = table.Column<double>(type: "double precision", nullable: true),
                    provider_request_id = table.Column<string>(type: "text", nullable: true),
                    qstash_message_id = table.Column<string>(type: "text", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_runs", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "schedules",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    content_type = table.Column<string>(type: "text", nullable: false),
                    content_tone = table.Column<string>(type: "text", nullable: false),
                    topic = table.Column<string>(type: "text", nullable: false),
                    target_audience = table.Column<string>(type: "text", nullable: true),
                    language = table.Column<string>(type: "text", nullable: false),
                    frequency = table.Column<string>(type: "text", nullable: false),
                    times_of_day = table.Column<string>(type: "jsonb", nullable: false),
                    days_of_week = table.Column<string>(type: "jsonb", nullable: false),
                    day_of_month = table.Column<int>(type: "integer", nullable: true),
                    cron = table.Column<string>(type: "text", nullable: true),
                    timezone = table.Column<string>(type: "text", nullable: false),
                    catch_up = table.Column<string>(type: "text", nullable: false),
                    starts_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ends_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    max_runs = table.Column<int>(type: "integer", nullable: true),
                    settings = table.Column<string>(type: "jsonb", nullable: false),
                    is_active = table.Column<bool>(type: "boolean", nullable: false),
                    total_generated = table.Column<int>(type: "integer", nullable: false),
                    total_failed = table.Column<int>(type: "integer", nullable: false),
                    last_run_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    paused_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    paused_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    accounted_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    next_run_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    qstash_message_id = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    updated_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_schedules", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "sessions",
                schema: "jettae_studio",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    last_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    user_agent = table.Column<string>(type: "text", nullable: false),
                    address = table.Column<string>(type: "text", nullable: false),
                    revoked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sessions", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "sign_in_links",
                schema: "jettae_studio",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    user_id = table.Column<Guid>(type: "uuid", nullable: false),
                    code_hash = table.Column<string>(type: "text", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    used_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sign_in_links", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "slot_changes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    schedule_id = table.Column<Guid>(type: "uuid", nullable: false),
                    slot_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    moved_to = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_slot_changes", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "users",
                schema: "jettae_studio",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    is_owner = table.Column<bool>(type: "boolean", nullable: false),
                    language = table.Column<string>(type: "text", nullable: true),
                    timezone = table.Column<string>(type: "text", nullable: true),
                    erasing_since = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    supabase_user_id = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_users", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "content_tags",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    content_id = table.Column<Guid>(type: "uuid", nullable: false),
                    tag = table.Column<string>(type: "text", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey(
                        "PK_content_tags",
                        x => new
                        {
                            x.owner_id,
                            x.tag,
                            x.content_id,
                        }
                    );
                    table.ForeignKey(
                        name: "FK_content_tags_contents_content_id",
                        column: x => x.content_id,
                        principalTable: "contents",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "content_versions",
                columns: table => new
                {
                    content_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    title = table.Column<string>(type: "text", nullable: false),
                    body = table.Column<string>(type: "text", nullable: false),
                    length = table.Column<int>(type: "integer", nullable: false),
                    instruction = table.Column<string>(type: "text", nullable: true),
                    model = table.Column<string>(type: "text", nullable: true),
                    run_id = table.Column<Guid>(type: "uuid", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_content_versions", x => new { x.content_id, x.number });
                    table.ForeignKey(
                        name: "FK_content_versions_contents_content_id",
                        column: x => x.content_id,
                        principalTable: "contents",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                }
            );

            migrationBuilder.CreateTable(
                name: "run_steps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    owner_id = table.Column<Guid>(type: "uuid", nullable: false),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    ok = table.Column<bool>(type: "boolean", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    detail = table.Column<string>(type: "text", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_run_steps", x => x.id);
                    table.ForeignKey(
                        name: "FK_run_steps_runs_run_id",
                        column: x => x.run_id,
                        principalTable: "runs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade
                    );
                }
            );

            migrationBuilder.InsertData(
                table: "model_prices",
                columns: new[]
                {
                    "effective_from",
                    "model",
                    "cache_write",
                    "cached_input",
                    "input",
                    "long_factor",
                    "long_from",
                    "output",
                },
                values: new object[,]
                {
                    {
                        new DateTimeOffset(
                            new DateTime(2026, 9, 1, 0, 0, 0, 0, DateTimeKind.Unspecified),
                            new TimeSpan(0, 0, 0, 0, 0)
                        ),
                        "claude-fable-5-1",
                        12.50m,
                        0.25m,
                        10m,
                        1m,
                        null,
                        50m,
                    },
                    {
                        new DateTimeOffset(
                            new DateTime(2026, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified),
                            new TimeSpan(0, 0, 0, 0, 0)
                        ),
                        "claude-haiku-4-5",
                        1.25m,
                        0.10m,
                        1m,
                        1m,
                        null,
                        5m,
                    },
                    {
                        new DateTimeOffset(
                            new DateTime(2026, 10, 7, 0, 0, 0, 0, DateTimeKind.Unspecified),
                            new TimeSpan(0, 0, 0, 0, 0)
                        ),
                        "claude-haiku-5-5",
                        0.125m,
                        0.01m,
                        0.10m,
                        5m,
                        100000L,
                        0.50m,
                    },
                    {
                        new DateTimeOffset(
                            new DateTime(2026, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified),
                            new TimeSpan(0, 0, 0, 0, 0)
                        ),
                        "claude-opus-5",
                        6.25m,
                        0.50m,
                        5m,
                        1m,
                        null,
                        25m,
                    },
                    {
                        new DateTimeOffset(
                            new DateTime(2026, 9, 1, 0, 0, 0, 0, DateTimeKind.Unspecified),
                            new TimeSpan(0, 0, 0, 0, 0)
                        ),
                        "claude-opus-5-5",
                        5m,
                        0.20m,
                        4m,
                        1m,
                        null,
                        20m,
                    },
                    {
                        new DateTimeOffset(
                            new DateTime(2026, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified),
                            new TimeSpan(0, 0, 0, 0, 0)
                        ),
                        "claude-sonnet-5",
                        2.50m,
                        0.20m,
                        2m,
                        1m,
                        null,
                        10m,
                    },
                    {
                        new DateTimeOffset(
                            new DateTime(2026, 9, 1, 0, 0, 0, 0, DateTimeKind.Unspecified),
                            new TimeSpan(0, 0, 0, 0, 0)
                        ),
                        "claude-sonnet-5-5",
                        2.50m,
                        0.20m,
                        2m,
                        1m,
                        null,
                        10m,
                    },
                    {
                        new DateTimeOffset(
                            new DateTime(2026, 10, 7, 0, 0, 0, 0, DateTimeKind.Unspecified),
                            new TimeSpan(0, 0, 0, 0, 0)
                        ),
                        "claude-sonnet-5-5",
                        2.50m,
                        0.10m,
                        2m,
                        1m,
                        null,
                        10m,
                    },
                }
            );

            migrationBuilder.CreateIndex(
                name: "alerts_of_owner_newest",
                table: "alerts",
                columns: new[] { "owner_id", "opened_at", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "alerts_one_open_per_cause",
                table: "alerts",
                columns: new[] { "owner_id", "kind", "subject" },
                unique: true,
                filter: "closed_at IS NULL"
            );

            migrationBuilder.CreateIndex(
                name: "api_tokens_by_hash",
                schema: "jettae_studio",
                table: "api_tokens",
                column: "hash",
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "api_tokens_of_owner",
                schema: "jettae_studio",
                table: "api_tokens",
                column: "owner_id"
            );

            migrationBuilder.CreateIndex(
                name: "bookings_of_slot",
                table: "bookings",
                columns: new[] { "schedule_id", "slot_at" }
            );

            migrationBuilder.CreateIndex(
                name: "bookings_one_live_per_schedule",
                table: "bookings",
                column: "schedule_id",
                unique: true,
                filter: "state IN ('pending', 'published')"
            );

            migrationBuilder.CreateIndex(
                name: "bookings_to_do",
                table: "bookings",
                columns: new[] { "state", "next_try_at" }
            );

            migrationBuilder.CreateIndex(
                name: "content_tags_of_piece",
                table: "content_tags",
                columns: new[] { "content_id", "owner_id", "tag" }
            );

            migrationBuilder.CreateIndex(
                name: "contents_by_search_key",
                table: "contents",
                column: "search_key",
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "contents_counted",
                table: "contents",
                columns: new[]
                {
                    "owner_id",
                    "status",
                    "content_type",
                    "schedule_id",
                    "language",
                    "created_at",
                    "id",
                    "search_key",
                }
            );

            migrationBuilder.CreateIndex(
                name: "contents_of_owner_newest",
                table: "contents",
                columns: new[] { "owner_id", "created_at", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "contents_of_schedule_newest",
                table: "contents",
                columns: new[] { "schedule_id", "created_at" }
            );

            migrationBuilder.CreateIndex(
                name: "contents_of_status_newest",
                table: "contents",
                columns: new[] { "owner_id", "status", "created_at", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "contents_of_type_newest",
                table: "contents",
                columns: new[] { "owner_id", "content_type", "created_at", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "contents_one_per_run",
                table: "contents",
                column: "run_id",
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "run_steps_of_run",
                table: "run_steps",
                columns: new[] { "run_id", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "runs_figures",
                table: "runs",
                columns: new[]
                {
                    "owner_id",
                    "started_at",
                    "schedule_id",
                    "state",
                    "slot_at",
                    "finished_at",
                    "input_tokens",
                    "cached_input_tokens",
                    "cache_write_tokens",
                    "output_tokens",
                    "thinking_tokens",
                    "cost",
                }
            );

            migrationBuilder.CreateIndex(
                name: "runs_of_content",
                table: "runs",
                columns: new[] { "content_id", "owner_id" },
                filter: "content_id IS NOT NULL"
            );

            migrationBuilder.CreateIndex(
                name: "runs_of_owner_by_slot",
                table: "runs",
                columns: new[] { "owner_id", "slot_at", "started_at", "schedule_id", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "runs_of_owner_newest",
                table: "runs",
                columns: new[] { "owner_id", "started_at", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "runs_of_reason_newest",
                table: "runs",
                columns: new[] { "owner_id", "reason", "started_at", "id" },
                filter: "reason IS NOT NULL"
            );

            migrationBuilder.CreateIndex(
                name: "runs_of_schedule_newest",
                table: "runs",
                columns: new[] { "schedule_id", "started_at", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "runs_of_state_newest",
                table: "runs",
                columns: new[] { "state", "owner_id", "started_at", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "runs_of_trigger_newest",
                table: "runs",
                columns: new[] { "owner_id", "trigger", "started_at", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "runs_one_per_slot",
                table: "runs",
                columns: new[] { "schedule_id", "slot_at" },
                unique: true,
                filter: "slot_at IS NOT NULL"
            );

            migrationBuilder.CreateIndex(name: "schedules_active", table: "schedules", column: "is_active");

            migrationBuilder.CreateIndex(
                name: "schedules_by_name",
                table: "schedules",
                columns: new[] { "owner_id", "name", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "schedules_coming",
                table: "schedules",
                columns: new[] { "owner_id", "next_run_at" },
                filter: "next_run_at IS NOT NULL"
            );

            migrationBuilder.CreateIndex(
                name: "schedules_of_owner",
                table: "schedules",
                columns: new[] { "owner_id", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "sessions_of_user",
                schema: "jettae_studio",
                table: "sessions",
                columns: new[] { "user_id", "last_seen_at" }
            );

            migrationBuilder.CreateIndex(
                name: "sign_in_links_by_code",
                schema: "jettae_studio",
                table: "sign_in_links",
                column: "code_hash",
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "slot_changes_of_owner",
                table: "slot_changes",
                columns: new[] { "owner_id", "slot_at" }
            );

            migrationBuilder.CreateIndex(
                name: "slot_changes_of_slot",
                table: "slot_changes",
                columns: new[] { "schedule_id", "slot_at" },
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "users_one_owner",
                schema: "jettae_studio",
                table: "users",
                column: "is_owner",
                unique: true,
                filter: "is_owner"
            );

            migrationBuilder.Sql(SearchIndex.CreateInPostgres);
            migrationBuilder.Sql(RowSecurity.Create);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "alert_settings", schema: "jettae_studio");

            migrationBuilder.DropTable(name: "alerts");

            migrationBuilder.DropTable(name: "api_tokens", schema: "jettae_studio");

            migrationBuilder.DropTable(name: "bookings");

            migrationBuilder.DropTable(name: "brands");

            migrationBuilder.DropTable(name: "content_tags");

            migrationBuilder.DropTable(name: "content_versions");

            migrationBuilder.DropTable(name: "model_prices");

            migrationBuilder.DropTable(name: "provider_settings", schema: "jettae_studio");

            migrationBuilder.DropTable(name: "run_steps");

            migrationBuilder.DropTable(name: "schedules");

            migrationBuilder.DropTable(name: "sessions", schema: "jettae_studio");

            migrationBuilder.DropTable(name: "sign_in_links", schema: "jettae_studio");

            migrationBuilder.DropTable(name: "slot_changes");

            migrationBuilder.DropTable(name: "users", schema: "jettae_studio");

            migrationBuilder.DropTable(name: "contents");

            migrationBuilder.DropTable(name: "runs");
        }
    }
}
