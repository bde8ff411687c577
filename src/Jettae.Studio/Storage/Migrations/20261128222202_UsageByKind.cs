using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Jettae.Studio.Storage.Migrations
{
    /// <inheritdoc />
    public partial class UsageByKind : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "runs_figures", table: "runs");

            migrationBuilder.AddColumn<long>(
                name: "thinking_tokens",
                table: "runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "runs_figures", table: "runs");

            migrationBuilder.DropIndex(name: "runs_of_content", table: "runs");

            migrationBuilder.DropColumn(name: "thinking_tokens", table: "runs");

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
                    "output_tokens",
                    "cost",
                }
            );
        }
    }
}
