using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Jettae.Studio.Storage.Migrations
{
    /// <inheritdoc />
    public partial class SlotChanges : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // One time becomes a list of one, one weekday a list of one or none.
            migrationBuilder.AddColumn<string>(
                "times_of_day",
                "schedules",
                "TEXT",
                nullable: false,
                defaultValue: "[]"
            );
            migrationBuilder.AddColumn<string>(
                "days_of_week",
                "schedules",
                "TEXT",
                nullable: false,
                defaultValue: "[]"
            );
            migrationBuilder.AddColumn<long>("paused_until", "schedules", "INTEGER", nullable: true);
            migrationBuilder.Sql(
                """
                UPDATE schedules
                SET times_of_day = json_array(time_of_day),
                    days_of_week = iif(day_of_week IS NULL, '[]', json_array(day_of_week));
                ALTER TABLE schedules DROP COLUMN time_of_day;
                ALTER TABLE schedules DROP COLUMN day_of_week;
                """
            );

            migrationBuilder.CreateTable(
                name: "slot_changes",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    schedule_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    slot_at = table.Column<long>(type: "INTEGER", nullable: false),
                    moved_to = table.Column<long>(type: "INTEGER", nullable: true),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_slot_changes", x => x.id);
                }
            );

            migrationBuilder.CreateIndex(
                name: "runs_of_owner_by_slot",
                table: "runs",
                columns: new[] { "owner_id", "slot_at" }
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "slot_changes");

            migrationBuilder.DropIndex(name: "runs_of_owner_by_slot", table: "runs");

            migrationBuilder.AddColumn<string>(
                "time_of_day",
                "schedules",
                "TEXT",
                nullable: false,
                defaultValue: "00:00"
            );
            migrationBuilder.AddColumn<int>("day_of_week", "schedules", "INTEGER", nullable: true);
            migrationBuilder.Sql(
                """
                UPDATE schedules
                SET time_of_day = coalesce(json_extract(times_of_day, '$[0]'), '00:00'),
                    day_of_week = json_extract(days_of_week, '$[0]');
                ALTER TABLE schedules DROP COLUMN times_of_day;
                ALTER TABLE schedules DROP COLUMN days_of_week;
                ALTER TABLE schedules DROP COLUMN paused_until;
                """
            );
        }
    }
}
