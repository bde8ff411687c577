using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Jettae.Studio.Storage.Migrations
{
    /// <inheritdoc />
    public partial class RunControl : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(name: "rerun_of", table: "runs", type: "TEXT", nullable: true);

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

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "runs_figures", table: "runs");

            migrationBuilder.DropColumn(name: "rerun_of", table: "runs");
        }
    }
}
