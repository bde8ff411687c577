using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Jettae.Studio.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Alerts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "alert_settings",
                columns: table => new
                {
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    failure_rate = table.Column<double>(type: "REAL", nullable: false),
                    late_minutes = table.Column<int>(type: "INTEGER", nullable: false),
                    webhook_url = table.Column<string>(type: "TEXT", nullable: true),
                    slack_url = table.Column<string>(type: "TEXT", nullable: true),
                    smtp_host = table.Column<string>(type: "TEXT", nullable: true),
                    smtp_port = table.Column<int>(type: "INTEGER", nullable: false),
                    smtp_user = table.Column<string>(type: "TEXT", nullable: true),
                    smtp_password = table.Column<string>(type: "TEXT", nullable: true),
                    mail_from = table.Column<string>(type: "TEXT", nullable: true),
                    mail_to = table.Column<string>(type: "TEXT", nullable: true),
                    language = table.Column<string>(type: "TEXT", nullable: false),
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
                    id = table.Column<Guid>(type: "TEXT", nullable: false),
                    owner_id = table.Column<Guid>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    subject = table.Column<string>(type: "TEXT", nullable: false),
                    schedule_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    schedule_name = table.Column<string>(type: "TEXT", nullable: false),
                    run_id = table.Column<Guid>(type: "TEXT", nullable: true),
                    reason = table.Column<string>(type: "TEXT", nullable: true),
                    figure = table.Column<double>(type: "REAL", nullable: true),
                    opened_at = table.Column<long>(type: "INTEGER", nullable: false),
                    closed_at = table.Column<long>(type: "INTEGER", nullable: true),
                    read_at = table.Column<long>(type: "INTEGER", nullable: true),
                    told = table.Column<string>(type: "TEXT", nullable: false),
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_alerts", x => x.id);
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
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "alert_settings");

            migrationBuilder.DropTable(name: "alerts");
        }
    }
}
