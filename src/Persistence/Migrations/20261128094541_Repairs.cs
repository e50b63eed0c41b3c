using System;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ConcatService.Persistence.Migrations
{
    /// <inheritdoc />
    public partial class Repairs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<JsonElement>(
                name: "state_reasons",
                table: "model_versions",
                type: "json",
                nullable: true);

            migrationBuilder.AddColumn<JsonElement>(
                name: "repair",
                table: "jobs",
                type: "json",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "repair_of",
                table: "jobs",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_jobs_repair_of",
                table: "jobs",
                column: "repair_of");

            migrationBuilder.AddForeignKey(
                name: "fk_jobs_jobs_repair_of",
                table: "jobs",
                column: "repair_of",
                principalTable: "jobs",
                principalColumn: "id",
                onDelete: ReferentialAction.SetNull);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_jobs_jobs_repair_of",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "ix_jobs_repair_of",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "state_reasons",
                table: "model_versions");

            migrationBuilder.DropColumn(
                name: "repair",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "repair_of",
                table: "jobs");
        }
    }
}
