using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Jettae.Studio.Storage.Migrations
{
    /// <inheritdoc />
    public partial class RunsByState : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "runs_of_state_newest",
                table: "runs",
                columns: new[] { "state", "owner_id", "started_at", "id" }
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "runs_of_state_newest", table: "runs");
        }
    }
}
