using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Jettae.Studio.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Nodes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<Guid>(name: "supabase_user_id", table: "users", type: "TEXT", nullable: true);

            migrationBuilder.AddColumn<Guid>(name: "node_id", table: "runs", type: "TEXT", nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "supabase_user_id", table: "users");

            migrationBuilder.DropColumn(name: "node_id", table: "runs");
        }
    }
}
