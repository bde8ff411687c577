using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Jettae.Studio.Storage.Migrations
{
    /// <inheritdoc />
    public partial class ListIndexes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "runs_of_owner_by_slot", table: "runs");

            migrationBuilder.DropIndex(name: "content_tags_of_piece", table: "content_tags");

            migrationBuilder.DropIndex(name: "contents_counted", table: "contents");

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
                name: "runs_of_owner_by_slot",
                table: "runs",
                columns: new[] { "owner_id", "slot_at", "started_at", "schedule_id", "id" }
            );

            migrationBuilder.CreateIndex(
                name: "runs_of_reason_newest",
                table: "runs",
                columns: new[] { "owner_id", "reason", "started_at", "id" },
                filter: "reason IS NOT NULL"
            );

            migrationBuilder.CreateIndex(
                name: "runs_of_trigger_newest",
                table: "runs",
                columns: new[] { "owner_id", "trigger", "started_at", "id" }
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
                name: "content_tags_of_piece",
                table: "content_tags",
                columns: new[] { "content_id", "owner_id", "tag" }
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "schedules_by_name", table: "schedules");

            migrationBuilder.DropIndex(name: "schedules_coming", table: "schedules");

            migrationBuilder.DropIndex(name: "runs_of_owner_by_slot", table: "runs");

            migrationBuilder.DropIndex(name: "runs_of_reason_newest", table: "runs");

            migrationBuilder.DropIndex(name: "runs_of_trigger_newest", table: "runs");

            migrationBuilder.DropIndex(name: "contents_counted", table: "contents");

            migrationBuilder.DropIndex(name: "content_tags_of_piece", table: "content_tags");

            migrationBuilder.CreateIndex(
                name: "runs_of_owner_by_slot",
                table: "runs",
                columns: new[] { "owner_id", "slot_at" }
            );

            migrationBuilder.CreateIndex(
                name: "contents_counted",
                table: "contents",
                columns: new[] { "owner_id", "status", "content_type", "schedule_id", "language", "created_at", "id" }
            );

            migrationBuilder.CreateIndex(name: "content_tags_of_piece", table: "content_tags", column: "content_id");
        }
    }
}
