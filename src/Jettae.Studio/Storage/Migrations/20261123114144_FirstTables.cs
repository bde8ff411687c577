using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

#pragma warning disable CA1814 // Prefer jagged arrays over multidimensional

namespace Jettae.Studio
{
    /// <inheritdoc />
    public partial class FirstTables : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "bookings",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    schedule_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    slot_at = table.Column<long>(type: "INTEGER", nullable: false),
                    state = table.Column<string>(type: "TEXT", nullable: false),
                    deduplication_id = table.Column<string>(type: "TEXT", nullable: false),
                    message_id = table.Column<string>(type: "TEXT", nullable: true),
                    failures = table.Column<int>(type: "INTEGER", nullable: false),
                    next_try_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_error = table.Column<string>(type: "TEXT", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_bookings", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "contents",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    schedule_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    content_type = table.Column<string>(type: "TEXT", nullable: false),
                    title = table.Column<string>(type: "TEXT", nullable: false),
                    body = table.Column<string>(type: "TEXT", nullable: false),
                    language = table.Column<string>(type: "TEXT", nullable: false),
                    status = table.Column<string>(type: "TEXT", nullable: false),
                    length = table.Column<int>(type: "INTEGER", nullable: false),
                    length_limit = table.Column<int>(type: "INTEGER", nullable: true),
                    is_sample = table.Column<bool>(type: "INTEGER", nullable: false),
                    model = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
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
                    model = table.Column<string>(type: "TEXT", nullable: false),
                    effective_from = table.Column<long>(type: "INTEGER", nullable: false),
                    input = table.Column<decimal>(type: "TEXT", nullable: false),
                    cached_input = table.Column<decimal>(type: "TEXT", nullable: false),
                    output = table.Column<decimal>(type: "TEXT", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_model_prices", x => new { x.model, x.effective_from });
                }
            );

            migrationBuilder.CreateTable(
                name: "runs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    schedule_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    schedule_name = table.Column<string>(type: "TEXT", nullable: false),
                    slot_at = table.Column<long>(type: "INTEGER", nullable: true),
                    trigger = table.Column<string>(type: "TEXT", nullable: false),
                    state = table.Column<string>(type: "TEXT", nullable: false),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    content_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    reason_detail = table.Column<string>(type: "TEXT", nullable: true),
                    model = table.Column<string>(type: "TEXT", nullable: true),
                    input_tokens = table.Column<long>(type: "INTEGER", nullable: false),
                    cached_input_tokens = table.Column<long>(type: "INTEGER", nullable: false),
                    output_tokens = table.Column<long>(type: "INTEGER", nullable: false),
                    cost = table.Column<decimal>(type: "TEXT", nullable: true),
                    prompt = table.Column<string>(type: "TEXT", nullable: true),
                    provider_request_id = table.Column<string>(type: "TEXT", nullable: true),
                    qstash_message_id = table.Column<string>(type: "TEXT", nullable: true),
                    started_at = table.Column<long>(type: "INTEGER", nullable: false),
                    finished_at = table.Column<long>(type: "INTEGER", nullable: true),
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
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    content_type = table.Column<string>(type: "TEXT", nullable: false),
                    content_tone = table.Column<string>(type: "TEXT", nullable: false),
                    topic = table.Column<string>(type: "TEXT", nullable: false),
                    target_audience = table.Column<string>(type: "TEXT", nullable: true),
                    language = table.Column<string>(type: "TEXT", nullable: false),
                    frequency = table.Column<string>(type: "TEXT", nullable: false),
                    time_of_day = table.Column<string>(type: "TEXT", nullable: false),
                    day_of_week = table.Column<int>(type: "INTEGER", nullable: true),
                    day_of_month = table.Column<int>(type: "INTEGER", nullable: true),
                    cron = table.Column<string>(type: "TEXT", nullable: true),
                    timezone = table.Column<string>(type: "TEXT", nullable: false),
                    catch_up = table.Column<string>(type: "TEXT", nullable: false),
                    starts_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ends_at = table.Column<long>(type: "INTEGER", nullable: true),
                    max_runs = table.Column<int>(type: "INTEGER", nullable: true),
                    settings = table.Column<string>(type: "TEXT", nullable: false),
                    is_active = table.Column<bool>(type: "INTEGER", nullable: false),
                    total_generated = table.Column<int>(type: "INTEGER", nullable: false),
                    total_failed = table.Column<int>(type: "INTEGER", nullable: false),
                    last_run_at = table.Column<long>(type: "INTEGER", nullable: true),
                    paused_at = table.Column<long>(type: "INTEGER", nullable: true),
                    accounted_until = table.Column<long>(type: "INTEGER", nullable: false),
                    next_run_at = table.Column<long>(type: "INTEGER", nullable: true),
                    qstash_message_id = table.Column<string>(type: "TEXT", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    updated_at = table.Column<long>(type: "INTEGER", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_schedules", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "sign_in_links",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    user_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    code_hash = table.Column<string>(type: "TEXT", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false),
                    used_at = table.Column<long>(type: "INTEGER", nullable: true),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sign_in_links", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "users",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    is_owner = table.Column<bool>(type: "INTEGER", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_users", x => x.id);
                }
            );

            migrationBuilder.CreateTable(
                name: "run_steps",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    attempt = table.Column<int>(type: "INTEGER", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    started_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ended_at = table.Column<long>(type: "INTEGER", nullable: true),
                    ok = table.Column<bool>(type: "INTEGER", nullable: false),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    detail = table.Column<string>(type: "TEXT", nullable: true),
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
                columns: new[] { "effective_from", "model", "cached_input", "input", "output" },
                values: new object[,]
                {
                    { 1788220800000L, "claude-fable-5-1", 0.25m, 10m, 50m },
                    { 1767225600000L, "claude-haiku-4-5", 0.10m, 1m, 5m },
                    { 1791331200000L, "claude-haiku-5-5", 0.01m, 0.10m, 0.50m },
                    { 1767225600000L, "claude-opus-5", 0.50m, 5m, 25m },
                    { 1788220800000L, "claude-opus-5-5", 0.20m, 4m, 20m },
                    { 1767225600000L, "claude-sonnet-5", 0.20m, 2m, 10m },
                    { 1788220800000L, "claude-sonnet-5-5", 0.20m, 2m, 10m },
                    { 1791331200000L, "claude-sonnet-5-5", 0.10m, 2m, 10m },
                }
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
                name: "runs_of_owner_newest",
                table: "runs",
                columns: new[] { "owner_id", "started_at", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "runs_of_schedule_newest",
                table: "runs",
                columns: new[] { "schedule_id", "started_at", "id" }
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
                name: "schedules_of_owner",
                table: "schedules",
                columns: new[] { "owner_id", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "sign_in_links_by_code",
                table: "sign_in_links",
                column: "code_hash",
                unique: true
            );

            migrationBuilder.CreateIndex(
                name: "users_one_owner",
                table: "users",
                column: "is_owner",
                unique: true,
                filter: "is_owner"
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "bookings");

            migrationBuilder.DropTable(name: "contents");

            migrationBuilder.DropTable(name: "model_prices");

            migrationBuilder.DropTable(name: "run_steps");

            migrationBuilder.DropTable(name: "schedules");

            migrationBuilder.DropTable(name: "sign_in_links");

            migrationBuilder.DropTable(name: "users");

            migrationBuilder.DropTable(name: "runs");
        }
    }
}
